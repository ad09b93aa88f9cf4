"""Every YAML case of a reward rule: given rules and tables, what the SQL of the reward step makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml

from matchback import reward
from matchback.config import Config
from matchback.rewards.rules import current_rules
from matchback.sqlfiles import sql_file, step_tables
from matchback.warehouse import Warehouse
from sql import cases

FOLDER = Path(__file__).resolve().parent
Document = dict[str, Any]


class _RolledBack(Exception):
    """Ends a case's transaction, so that the next case finds an empty warehouse."""


@cache
def world() -> Document:
    """Return what every case starts from."""
    return dict(yaml.safe_load((FOLDER / "_world.yaml").read_text(encoding="utf-8")))


def read_documents() -> list[tuple[str, Document]]:
    """Return every case with its name: the file's, numbered where a file holds several."""
    documents = []
    for path in sorted(FOLDER.glob("[!_]*.yaml")):
        found = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        for number, document in enumerate(found, start=1):
            unknown = set(document) - {
                "why",
                "params",
                "program",
                "rules",
                "start",
                "given",
                "also",
                "expect",
                "subset",
            }
            assert not unknown, f"{path.name}: unknown {sorted(unknown)}"
            documents.append((f"{path.stem}-{number}" if len(found) > 1 else path.stem, document))
    return documents


def given_tables(document: Document, versions: dict[str, str]) -> dict[str, list[Document]]:
    """Return the given rows over those of the world; entries take the version of the rule that they name."""
    start = world()["starts"][document["start"]] if "start" in document else {}
    tables = {**world()["given"], **start, **document.get("given", {})}
    for table, rows in document.get("also", {}).items():
        tables[table] = [*tables.get(table, []), *rows]
    tables["events"] = [{"occurred_at": f"{row['occurred_on']}T12:00:00", **row} for row in tables["events"]]
    for number, row in enumerate(tables.get("reward_entries", []), start=1):
        row.setdefault("sequence", number)
        row.setdefault("entry_id", number)
        row.setdefault("rule_id", next(iter(versions)))
        row["rule_version"] = versions[row["rule_id"]]
    return tables


def needed_tables(expected: Iterable[str]) -> list[str]:
    """Return the tables of the step that the expected ones are made from, in order: the rest is not built."""
    waiting, needed = list(expected), set()
    while waiting:
        table = waiting.pop()
        if table in step_tables("reward") and table not in needed:
            needed.add(table)
            waiting += sql_file("reward", table).reads
    return [table for table in step_tables("reward") if table in needed]


def difference_of(document: Document, warehouse: Warehouse) -> str:
    """Run a case and return the difference as text, empty when the case holds."""
    rules = [{**world()["rule"], **rule} for rule in document.get("rules", [{}])]
    programs = [{**known, **document.get("program", {})} for known in world()["config"]["programs"]]
    config = Config.model_validate({**world()["config"], "programs": programs, "rewards": rules})
    judged = current_rules(config)
    tables = given_tables(document, {rule.terms.id: rule.version for rule in judged})
    columns = {**cases.defaults()["columns"], **world()["columns"]}
    parameters = {**cases.defaults()["params"], **document.get("params", {})}
    case = cases.Case("", "reward", "", parameters, tables, "reward", document["expect"], False)
    names = cases.KeyNames()
    difference = ""
    try:
        with warehouse.transaction():
            with patch.dict(cases.defaults(), {"columns": columns}):
                cases._give(case, warehouse, names)
            reward.write_rules(warehouse, judged, config)
            reward.build(warehouse, parameters, needed_tables(document["expect"]))
            difference = "".join(
                cases._difference(table, rows, warehouse.table(table), names, document.get("subset", False))
                for table, rows in document["expect"].items()
            )
            raise _RolledBack
    except _RolledBack:
        pass
    return difference


DOCUMENTS = read_documents()


@pytest.mark.parametrize("document", [item[1] for item in DOCUMENTS], ids=[item[0] for item in DOCUMENTS])
def test_the_rule_holds(document: Document, warehouse_until: Callable[[str], Warehouse]) -> None:
    """The expected rows are what the SQL makes of the given ones."""
    difference = difference_of(document, warehouse_until("reward"))
    assert not difference, f"{document['why']}\n{difference}"
