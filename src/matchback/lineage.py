"""What each step reads and writes, table by table: found in the SQL files, for whoever draws it.

A feed is called `feeds.ID`, a table of the warehouse `warehouse.NAME`, a published one `published.NAME`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matchback.publishing.dictionary import MAKING_STEPS
from matchback.sqlfiles import kept_tables, sql_file, step_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matchback.config import Config
    from matchback.publishing.dictionary import PublishedTable

# Base tables that steps add to by code: no SQL file of theirs bears the name.
_LOADED = ("files", "file_money", "identifiers", "refusals")
_POSTED = {"reward": ("payouts", "reward_entries", "reward_findings", "reward_rules")}


@dataclass(frozen=True)
class Lineage:
    """The names of what one step reads and writes, sorted."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def lineage_of(step: str, config: Config) -> Lineage:
    """Return what `load`, a deriving step or `publish` reads and writes in a workspace."""
    if step == "load":
        return _of_load(config)
    own = set(step_tables(step))
    reads = {table for name in own for table in sql_file(step, name).reads} - own
    if step == "publish":
        tables = published(config)
        reads = {table for one in tables for table in sql_file(step, one.name).reads}
        return Lineage(_warehouse(reads & _kept()), tuple(sorted(f"published.{one.name}" for one in tables)))
    return Lineage(_warehouse(reads & _kept()), _warehouse(_written(step)))


def published(config: Config) -> tuple[PublishedTable, ...]:
    """Return the tables that a workspace publishes, with the columns that each column comes from."""
    from matchback.publishing.dictionary import published_tables

    return published_tables(config.publish.identifiers)


def _of_load(config: Config) -> Lineage:
    from matchback.intake.contracts import fact_table

    kinds = {feed.kind for feed in config.feeds}
    facts = {fact_table(kind)[0] for kind in kinds}
    lists = {"fact_audience_lists"} if "audience" in kinds else set()
    feeds = tuple(sorted(f"feeds.{feed.id}" for feed in config.feeds))
    return Lineage(feeds, _warehouse(facts | lists | set(_LOADED)))


def _kept() -> set[str]:
    """Return the tables of the warehouse that stand between the steps; those of the configuration are none of them."""
    return set(step_tables("schema")) | {table for step in MAKING_STEPS for table in _written(step)}


def _written(step: str) -> set[str]:
    return set(kept_tables(step)) | set(_POSTED.get(step, ()))


def _warehouse(tables: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(f"warehouse.{table}" for table in tables))
