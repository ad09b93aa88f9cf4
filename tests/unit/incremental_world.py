"""A bank that is kept night by night, and a twin of it that is built whole after each night.

Facts come in by load's own functions. A step is built by changes where there are many facts: here any number is many,
and for the twin none is.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from matchback import incremental, load, recognize, resolve
from matchback.config import Config, load_config
from matchback.context import RunContext
from matchback.intake.received import ReceivedFile
from matchback.intake.staged_rows import totals_of
from matchback.intake.staging import IDENTIFIERS, REFUSALS, ROWS, StagedFile, StagedSummary
from matchback.journal import Journal
from matchback.sqlfiles import step_tables
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace
from unit.incremental_rows import FEEDS, File, staged_rows, vault_rows

QUALITY = """[
  { rule = "similar_emails" },
  { rule = "shared_phone" },
  { rule = "shared_device", verdict = "rejected" },
  { rule = "advocate_velocity", more_than = 1, within_days = 3 },
  { rule = "referral_cap", more_than = 2, within_days = 20, verdict = "rejected" },
  { rule = "seconds_after_click", less_than = 3601 },
  { rule = "disposable_domain", domains = ["gone.example"] },
  { rule = "coupon_overused", more_than = 1 },
  { rule = "guessed_series", more_than = 1, within_days = 9 },
]"""
CONFIG = f"""
[workspace]
name = "small-bank"
time_zone = "America/New_York"
id_secret = "env:NOT_READ"

[identifiers]
max_persons = {{ phone = 2, visitor_id = 3 }}

[[programs]]
id = "refer"
from = 2026-03-05
events = ["account_opened", "account_qualified"]
advocates = {{ audience = "eligible_advocates", at = "event" }}
look_back_days = {{ default = 25, SHARE_RECIPIENT = 8 }}
relationship = {{ mode = "replaceable", days = 12 }}
recent_customer_days = 10
explain_days = 30
ineligible = ["existing_customer", "recent_customer", "employee", "blocked", "advocate_not_eligible",
  "advocate_newer_than_friend", "loop"]
quality = {QUALITY}
exclusive_group = "one"

[[programs]]
id = "family"
from = 2026-03-01
until = 2026-04-10
events = ["account_opened"]
order = [["SHARE_ID", "COUPON_CODE"], ["INCENTIVIZED_SHARE", "SHARE_ID.click", "ADVOCATE_EMAIL", "SHARE_RECIPIENT"]]
tie_break = "first"
relationship = {{ mode = "permanent" }}
exclusive_group = "one"

[[programs]]
id = "loans"
from = 2026-03-01
events = ["account_qualified", "account_opened"]
relationship = {{ mode = "none" }}
ineligible = ["loop", "existing_customer"]
quality = {QUALITY}

[[events]]
name = "friend_registered"
stage = 1

[[events]]
name = "account_opened"
stage = 3
rewardable = true

[[events]]
name = "account_qualified"
stage = 4
rewardable = true

[[events]]
name = "account_closed"
stage = 9
negative = true
"""
_FEED = '\n[[feeds]]\nid = "{id}"\nkind = "{kind}"\nsource = "inbox"\npattern = "{id}*.csv"\ndelivery = "{delivery}"\n'
_STEPS = {"resolve": resolve, "recognize": recognize}
ALWAYS_WHOLE = 1 << 60


class Bank:
    """The bank and its twin. `FEW_FACTS` decides how a step is built; nothing else differs between the two."""

    def __init__(self, config: Config | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="incremental"))
        workspace = Workspace(self.folder)
        workspace.prepare()
        journal = Journal(workspace.journal_dir)
        warehouses = [Warehouse.memory(), Warehouse.memory()]
        for warehouse in warehouses:
            warehouse._connection.execute("SET threads = 1")  # the tables are tiny
        self.kept, self.twin = (
            RunContext(workspace, config or configuration(), journal, date.min, "test", warehouse=warehouse)
            for warehouse in warehouses
        )

    def close(self) -> None:
        for context in (self.kept, self.twin):
            context.writer.close()
        shutil.rmtree(self.folder)

    # --- what comes in ---------------------------------------------------------------------------------------

    def deliver(self, file: File) -> None:
        """Load a file, as `load` does once it is validated."""
        feed = configuration().feed(file.feed)
        folder = self.folder / file.id
        folder.mkdir(exist_ok=True)
        _write(folder / ROWS, staged_rows(file))
        _write(folder / IDENTIFIERS, vault_rows(file))
        _write(folder / REFUSALS, pa.table({"record_number": pa.array([], pa.int64())}))
        received = ReceivedFile(
            file.id, feed.id, file.id, file.id, file.received_on, file.received_on,
            datetime.combine(file.received_on, datetime.min.time()), 1, "", "", 1,
        )  # fmt: skip
        summary = StagedSummary(
            file.id, feed.id, feed.kind, "", "valid", records=len(file.rows), purpose=file.purpose,
            money_seen=totals_of(folder / ROWS).money,
        )  # fmt: skip
        warehouse = self.kept.writer
        with warehouse.transaction():
            load._load_staged(warehouse, feed, received, StagedFile(folder), summary, again=False)

    def act(self, number: int, acted_on: date, act: str, arguments: Mapping[str, int | str | None]) -> None:
        """Apply an operator's act."""
        warehouse = self.kept.writer
        row = {"journal_number": number, "acted_on": acted_on, "operator_id": "operator-1", "act": act}
        row |= {"arguments": json.dumps(dict(arguments)), "reason_code": "asked"}
        with warehouse.transaction():
            warehouse.add("operator_acts", [row])
            warehouse.set_state("acts_number", str(number))

    # --- what is made of it ----------------------------------------------------------------------------------

    def night(self, as_of: date, steps: Sequence[str] = ("resolve", "recognize")) -> None:
        """Run the steps by changes where they can be, then on the twin as a whole."""
        with few_facts(0):
            for step in steps:
                _STEPS[step].run(replace(self.kept, as_of=as_of))
        if "recognize" not in steps:
            return
        for table in step_tables("schema"):
            if table not in ("recognition_history", "state"):
                self.twin.writer.replace(table, self.kept.writer.table(table))
        for name in ("facts_seq", "acts_number"):
            self.twin.writer.set_state(name, self.kept.writer.state.get(name, "0"))
        with few_facts(ALWAYS_WHOLE):
            for step in steps:
                _STEPS[step].run(replace(self.twin, as_of=as_of))

    def differences(self) -> str:
        """Return which tables of the two differ and in which rows; empty if none does."""
        tables = compared_tables()
        hashes = [table_hashes(context.writer, tables) for context in (self.kept, self.twin)]
        return "".join(
            f"\n{table}\n" + difference(self.kept.writer, self.twin.writer, table)
            for table in tables
            if hashes[0][table] != hashes[1][table]
        )


@cache
def configuration(terms: str = CONFIG) -> Config:
    """The configuration of a bank of such terms, with a feed of each kind."""
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        feeds = {name: name.partition("-")[2] or "new" for name in FEEDS}
        text = "".join(_FEED.format(id=name, kind=FEEDS[name], delivery=way) for name, way in feeds.items())
        file.write(terms + text)
        file.flush()
        return load_config(Path(file.name))


@cache
def compared_tables() -> tuple[str, ...]:
    """Return every table of the two steps that lasts for the next night or is read by another step."""
    lasting = incremental.lasting_tables("resolve") | incremental.lasting_tables("recognize")
    return tuple(sorted({*lasting, "recognition_history"}))


@contextmanager
def few_facts(rows: int) -> Iterator[None]:
    """Let so many facts be few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(incremental, "FEW_FACTS", rows)
        yield


def _write(path: Path, table: pa.Table) -> None:
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)


# --- comparison ----------------------------------------------------------------------------------------------------


def table_hashes(warehouse: Warehouse, tables: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return how many rows each table has, and the sum of their hashes."""
    parts = [
        f"SELECT '{table}', COUNT(*), SUM(CAST(HASH(t) AS HUGEINT)) FROM {table} AS t" for table in tables
    ]
    found = warehouse._connection.execute(" UNION ALL ".join(parts)).fetchall()
    return {table: (count, total) for table, count, total in found}


def difference(kept: Warehouse, twin: Warehouse, table: str) -> str:
    """Return the rows of a table that only one of the two has, as lines."""
    found, expected = (Counter(map(repr, side.table(table).to_pylist())) for side in (kept, twin))
    lines = [f"  by changes only   {row}\n" for row in (found - expected).elements()]
    return "".join([*lines, *(f"  as a whole only   {row}\n" for row in (expected - found).elements())])
