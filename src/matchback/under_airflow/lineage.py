"""The lineage of a task for OpenLineage: feeds, base tables, derived tables, published tables.

Nothing happens where Airflow's provider is not installed, or no transport is configured. What is sent are names of
feeds, tables and columns, and the sources' addresses without credentials.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matchback.lineage import lineage_of, published

if TYPE_CHECKING:
    from matchback.config import Config
    from matchback.publishing.dictionary import PublishedTable


def tell_lineage(workspace: str, config: Config, step: str) -> None:
    """Report what the running task, which has done `step`, read and wrote in the workspace of this name."""
    try:
        from airflow.providers.openlineage.api import emit_dataset_lineage, is_openlineage_active
        from openlineage.client.event_v2 import Dataset
    except ImportError:
        return
    if not is_openlineage_active():
        return
    namespace, lineage = f"matchback://{workspace}", lineage_of(step, config)
    facets = _feeds(config) | ({} if step != "publish" else _columns(config, namespace))
    inputs, outputs = (
        [Dataset(namespace=namespace, name=name, facets=facets.get(name, {})) for name in names]
        for names in (lineage.inputs, lineage.outputs)
    )
    emit_dataset_lineage(inputs=inputs, outputs=outputs)


def _feeds(config: Config) -> dict[str, dict[str, Any]]:
    from openlineage.client.facet_v2 import datasource_dataset

    from matchback.intake.places import address

    return {
        f"feeds.{feed.id}": {
            "dataSource": datasource_dataset.DatasourceDatasetFacet(name=feed.id, uri=address(feed.source))
        }
        for feed in config.feeds
    }


def _columns(config: Config, namespace: str) -> dict[str, dict[str, Any]]:
    return {f"published.{table.name}": _columns_of(table, namespace) for table in published(config)}


def _columns_of(table: PublishedTable, namespace: str) -> dict[str, Any]:
    from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset

    fields = [
        schema_dataset.SchemaDatasetFacetFields(name=column.name, description=column.description)
        for column in table.columns
    ]
    sources = {
        column.name: column_lineage_dataset.Fields(
            inputFields=[
                column_lineage_dataset.InputField(
                    namespace=namespace,
                    name=f"warehouse.{source.partition('.')[0]}",
                    field=source.partition(".")[2],
                )
                for source in column.sources
            ]
        )
        for column in table.columns
        if column.sources
    }
    return {
        "schema": schema_dataset.SchemaDatasetFacet(fields=fields),
        "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(fields=sources),
    }
