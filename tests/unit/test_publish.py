"""Publishing: whole versions only, nothing personal, nothing twice, and mended by running again after a crash."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from matchback import publish
from matchback.config import load_config
from matchback.context import StepSummary
from matchback.errors import CheckFailed, DatabaseFailed
from matchback.publishing import report_page
from matchback.publishing.dictionary import grouped_reports, published_tables
from matchback.publishing.versions import VersionStore
from matchback.warehouse import _HASH, Warehouse
from unit.published_world import AS_OF, context_of, make_workspace, mark_steps, writing

FIRST = "0001-2026-11-07"
WHOLE_PAGE = report_page.report_page
pytestmark = pytest.mark.xdist_group("publish")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a filled warehouse, made once."""
    root = tmp_path_factory.mktemp("made") / "workspace"
    make_workspace(root)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it. The world is too small a part of a real one for the other steps' checks, so they are left out."""
    monkeypatch.setattr(publish, "refuse_broken", lambda warehouse, parameters: None)
    monkeypatch.setattr(
        report_page, "report_page", lambda warehouse, head, draw: "the page has tests of its own"
    )
    return Path(shutil.copytree(made, tmp_path / "workspace"))


def published(root: Path, version: str = "current") -> Path:
    return root / "var" / "published" / version


def run(root: Path, **changes: Any) -> StepSummary:
    """Publish once, on the world's as-of date or another, with a changed configuration if asked."""
    with writing(root, changes.pop("as_of", AS_OF)) as context:
        if changes:
            config = context.config.model_copy(update=changes)
            context = replace(context, config=config)
        with context.writer.transaction("marks"):
            mark_steps(context.writer, context)
        return publish.run(context)


def asked(root: Path, query: str) -> list[dict[str, Any]]:
    """Ask the current version as an analyst does."""
    with Warehouse.read(published(root) / "analytics.duckdb") as warehouse:
        return warehouse.query(query).dictionaries()


def stored_hash(warehouse: Warehouse, table: str) -> str:
    """The manifest's kind of hash, of a table as it lies in a published file."""
    return str(warehouse._connection.execute(f"SELECT {_HASH} FROM {table}").fetchall()[0][0])


def text_of(folder: Path) -> str:
    """Return every value of every table and every other text of a version."""
    tables = [str(pq.read_table(path).to_pylist()) for path in sorted(folder.glob("*.parquet"))]
    with Warehouse.read(folder / "analytics.duckdb") as warehouse:
        tables += [str(warehouse.table(name).to_pylist()) for name in warehouse.tables()]
    raw = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    return "".join(tables) + raw.decode("latin-1")


def test_a_version_is_whole_read_only_and_switched_in(root: Path) -> None:
    summary = run(root)
    assert summary.line.startswith(f"version {FIRST}: {len(published_tables())} tables, ")
    assert os.readlink(published(root)) == FIRST
    names = {path.name for path in published(root).iterdir()}
    assert names == {
        "analytics.duckdb",
        "manifest.json",
        "report.html",
        *(f"{table.name}.parquet" for table in published_tables()),
    }
    assert stat.S_IMODE(published(root, FIRST).stat().st_mode) == 0o555
    assert {stat.S_IMODE(path.stat().st_mode) for path in published(root).iterdir()} == {0o444}


def test_database_parquet_and_manifest_say_the_same(root: Path) -> None:
    run(root)
    manifest = json.loads((published(root) / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest) == {
        "as_of",
        "code_version",
        "config_hash",
        "content_hash",
        "inputs",
        "journal_number",
        "page",
        "sequence",
        "tables",
        "time_zones",
        "version_id",
    }
    with Warehouse.read(published(root) / "analytics.duckdb") as warehouse:
        for table in published_tables():
            stored = warehouse.table(table.name)
            assert stored.column_names == [column.name for column in table.columns]
            assert manifest["tables"][table.name]["rows"] == stored.num_rows
            assert stored.sort_by([(name, "ascending") for name in stored.column_names[:3]]).num_rows == (
                pq.read_table(published(root) / f"{table.name}.parquet").num_rows
            )
            if table.name != "versions":
                assert manifest["tables"][table.name]["hash"] == stored_hash(warehouse, table.name)
        (version,) = warehouse.table("versions").to_pylist()
    assert version["version_id"] == FIRST
    assert version["content_hash"] == manifest["content_hash"]


def test_the_manifest_says_what_the_page_is_and_who_drew_it(root: Path) -> None:
    """The bytes of the page depend on what draws its charts; so the manifest names it."""
    run(root)
    manifest = json.loads((published(root) / "manifest.json").read_text(encoding="utf-8"))
    page = (published(root) / "report.html").read_bytes()
    assert manifest["page"] == {"charts": "simple bars", "hash": hashlib.sha256(page).hexdigest()}


def test_every_table_and_column_carries_its_description(root: Path) -> None:
    run(root)
    rows = asked(root, "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal")
    tables = asked(root, "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal")
    assert {row["table_name"]: row["comment"] for row in tables} == {
        table.name: table.comment for table in published_tables()
    }
    assert {(row["table_name"], row["column_name"]): row["comment"] for row in rows} == {
        (table.name, column.name): column.description
        for table in published_tables()
        for column in table.columns
    }


def test_versions_begin_as_an_empty_template_that_is_made_once(root: Path) -> None:
    described = "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal"
    run(root)
    first = asked(root, described)
    made = {path: path.stat().st_mtime_ns for path in (root / "var" / "staging" / "templates").iterdir()}
    assert sorted(path.name.split("-")[0] for path in made) == ["analytics", "vault"]
    for path in made:
        with Warehouse.read(path) as template:
            assert {template.count(name) for name in template.tables()} == {0}
    run(root, as_of=AS_OF + timedelta(days=1))
    assert os.readlink(published(root)) == "0002-2026-11-08"
    assert asked(root, described) == first
    assert {path: path.stat().st_mtime_ns for path in made} == made


def test_a_template_of_other_columns_is_not_used(root: Path) -> None:
    run(root)
    section = load_config(root / "matchback.toml").publish
    run(root, publish=section.model_copy(update={"identifiers": ["partner_event_id"]}))
    with Warehouse.read(published(root) / "analytics.duckdb") as warehouse:
        assert "partner_event_id" in warehouse.table("events").column_names
    names = [path.name.split("-")[0] for path in (root / "var" / "staging" / "templates").iterdir()]
    assert sorted(names) == ["analytics", "vault"]


def test_every_version_opens_in_every_duckdb_since_1_0(root: Path) -> None:
    """The file's header says which storage it has: 64 is what DuckDB 1.0 reads, newer ones have greater numbers."""
    for days in range(2):
        run(root, as_of=AS_OF + timedelta(days=days))
        for path in (
            published(root) / "analytics.duckdb",
            *(root / "var" / "protected").glob("*/vault.duckdb"),
        ):
            header = path.read_bytes()[:20]
            assert (header[8:12], int.from_bytes(header[12:20], "little")) == (b"DUCK", 64)


def test_money_stands_exact_beside_its_minor_units(root: Path) -> None:
    run(root)
    with Warehouse.read(published(root) / "analytics.duckdb") as warehouse:
        rows = warehouse.table("rewards").to_pylist()
    assert rows
    assert all(str(row["amount"]) == "100.0000" and row["amount_minor"] == 10_000 for row in rows)


@pytest.mark.parametrize(
    ("table", "sums"),
    [
        ("report_reward_liability", ("amount", "balance_amount", "due_amount", "paid_amount")),
        ("report_attribution", ("amount", "reward_amount")),
        ("report_program_days", ("revenue",)),
    ],
)
def test_any_sum_of_minor_units_is_published_exactly(root: Path, table: str, sums: tuple[str, ...]) -> None:
    """A hundred amounts of the greatest that a file may hold are more than fits a single amount's column."""
    greatest = 2**63 - 1
    with writing(root) as context, context.writer.transaction("sums"):
        rows = context.writer.table(table)
        great = {name: greatest for name in rows.column_names if name.endswith("_minor")}
        context.writer.replace(table, pa.Table.from_pylist([{**rows.to_pylist()[0], **great}], rows.schema))
    run(root)
    with Warehouse.read(published(root) / "analytics.duckdb") as warehouse:
        (row,) = warehouse.table(table).to_pylist()
    assert row["currency"] == "USD"
    assert {row[name] for name in sums} == {Decimal("92233720368547758.0700")}


def test_findings_of_the_ledger_are_published_with_their_reward(root: Path) -> None:
    """An answer may name a reward that nobody knows; its finding stands without one."""
    findings = [
        {"reward_id": 1, "finding": "answer_to_unknown_reward", "caused_by": "fulfillment:1"},
        {"reward_id": 2, "finding": "payout_without_account", "caused_by": "payout"},
    ]
    with writing(root) as context, context.writer.transaction("findings"):
        known = context.writer.table("rewards").to_pylist()[0]
        findings[1]["reward_id"] = known["reward_id"]
        shape = context.writer.table("reward_findings").schema
        context.writer.append("reward_findings", pa.Table.from_pylist(findings, schema=shape))
    run(root)
    rows = asked(root, "SELECT * FROM reward_findings ORDER BY finding")
    assert [(row["finding"], row["program"], row["amount_minor"]) for row in rows] == [
        ("answer_to_unknown_reward", None, None),
        ("payout_without_account", known["program"], known["amount_minor"]),
    ]
    assert {row["as_of"] for row in rows} == {AS_OF}


def test_nothing_new_makes_no_version(root: Path) -> None:
    run(root)
    before = context_of(root).journal.last_number()
    with writing(root) as context:
        summary = publish.run(context)
    assert (summary.line, summary.changed) == (f"nothing new since version {FIRST}", False)
    assert [path.name for path in sorted((root / "var" / "published").iterdir())] == [FIRST, "current"]
    assert context_of(root).journal.last_number() == before


@pytest.mark.parametrize("change", ["content", "as_of", "configuration"])
def test_a_change_makes_the_next_version(root: Path, change: str) -> None:
    run(root)
    second = AS_OF + timedelta(days=1) if change == "as_of" else AS_OF
    if change == "content":
        with writing(root) as context, context.writer.transaction("change"):
            context.writer.delete("persons", {"person_id": 1})
    config = load_config(root / "matchback.toml").publish
    changes: dict[str, Any] = {"as_of": second}
    if change == "configuration":
        changes["publish"] = config.model_copy(update={"keep_versions": 3})
    run(root, **changes)
    assert os.readlink(published(root)) == f"0002-{second}"
    with Warehouse.read(published(root) / "analytics.duckdb") as warehouse:
        assert [row["sequence"] for row in warehouse.table("versions").to_pylist()] == [1, 2]


def test_an_earlier_day_publishes_nothing_and_says_so(root: Path) -> None:
    """The ledger never goes back, so a version of an earlier day would hold two days at once."""
    run(root)
    summary = run(root, as_of=AS_OF - timedelta(days=3))
    assert not summary.changed
    assert summary.line == (
        "the published version stands as of 2026-11-07, later than 2026-11-04; the tables of the warehouse are "
        "as of 2026-11-04 now: run again without --as-of, or as of 2026-11-07, to bring them forward"
    )
    assert [path.name for path in sorted((root / "var" / "published").iterdir())] == [FIRST, "current"]
    assert run(root).line == f"nothing new since version {FIRST}"


def test_a_reader_keeps_its_version_while_the_next_is_switched_in(root: Path) -> None:
    run(root)
    with Warehouse.read(published(root) / "analytics.duckdb") as reader:
        before = reader.count("persons")
        with writing(root) as context, context.writer.transaction("change"):
            context.writer.delete("persons", {"person_id": 1})
        run(root)
        assert reader.count("persons") == before
    with Warehouse.read(published(root) / "analytics.duckdb") as reader:
        assert reader.count("persons") == before - 1


def test_no_personal_data_leaves_the_protected_area(root: Path) -> None:
    run(root)
    content = text_of(published(root))
    assert "secret-event" not in content
    assert "jane-doe" not in content


def test_a_named_identifier_is_published_in_clear(root: Path) -> None:
    section = load_config(root / "matchback.toml").publish
    run(root, publish=section.model_copy(update={"identifiers": ["partner_event_id"]}))
    with Warehouse.read(published(root) / "analytics.duckdb") as warehouse:
        events = warehouse.table("events")
    assert "partner_user_id" not in events.column_names
    assert "secret-event-1" in events.column("partner_event_id").to_pylist()


def test_the_protected_copy_holds_the_vault_and_is_closed_to_others(root: Path) -> None:
    run(root)
    folder = root / "var" / "protected" / FIRST
    assert stat.S_IMODE(folder.stat().st_mode) == 0o500
    assert [path.name for path in folder.iterdir()] == ["vault.duckdb"]
    assert stat.S_IMODE((folder / "vault.duckdb").stat().st_mode) == 0o400
    with Warehouse.read(folder / "vault.duckdb") as vault:
        assert vault.count("identifiers") == 400
        assert "jane-doe-clicks.csv" in vault.table("file_names").column("delivered_name").to_pylist()


def test_steps_that_disagree_are_not_published(root: Path) -> None:
    with writing(root, AS_OF + timedelta(days=1)) as context, pytest.raises(publish.StepsDisagree) as refusal:
        publish.run(context)
    assert str(refusal.value) == (
        "resolve, recognize, reward, report did not run since the facts, configuration or as-of date changed.\n"
        "Nothing was published; the version published before still stands.\n"
        "Run the steps up to here:  matchback run --as-of 2026-11-08"
    )
    assert not published(root).exists()


def test_a_broken_invariant_is_not_published(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with writing(root) as context:
        with context.writer.transaction("break"):
            context.writer.delete("report_reward_liability", {"state": "pending"})
        with pytest.raises(CheckFailed) as refusal:
            publish.run(context)
    assert "published_liability_equals_ledger: " in str(refusal.value)
    assert not published(root).exists()


def test_a_crash_while_building_leaves_the_version_before(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(root)

    def fail(*arguments: Any) -> None:
        raise DatabaseFailed("out of space")

    with monkeypatch.context() as patched:
        patched.setattr(Warehouse, "_fill_table", fail)
        with pytest.raises(DatabaseFailed):
            run(root, as_of=AS_OF + timedelta(days=1))
    assert os.readlink(published(root)) == FIRST
    run(root, as_of=AS_OF + timedelta(days=1))
    names = sorted(path.name for path in (root / "var" / "published").iterdir())
    assert names == [FIRST, "0002-2026-11-08", "current"]
    assert sorted(path.name for path in (root / "var" / "protected").iterdir()) == names[:2]


@pytest.mark.parametrize("crash", ["before the record", "before the switch"])
def test_a_crash_after_the_rename_is_mended_by_running_again(
    root: Path, monkeypatch: pytest.MonkeyPatch, crash: str
) -> None:
    def fail(*arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if crash == "before the record":
            patched.setattr(publish, "_version_rows", _fails_at(3, publish._version_rows))
        else:
            patched.setattr(VersionStore, "switch", fail)
        with pytest.raises(KeyboardInterrupt):
            run(root)
    assert not published(root).exists()
    run(root)
    assert os.readlink(published(root)) == FIRST
    with writing(root) as context:
        assert context.writer.count("versions") == 1


def _fails_at(number: int, function: Any) -> Any:
    calls = []

    def wrapped(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == number:
            raise KeyboardInterrupt
        return function(*arguments)

    return wrapped


def test_a_version_that_was_deleted_by_hand_is_built_again(root: Path) -> None:
    run(root)
    content = (published(root) / "manifest.json").read_bytes()
    published(root, FIRST).chmod(0o700)
    shutil.rmtree(published(root, FIRST))
    with writing(root) as context:
        publish.run(context)
        assert context.writer.count("versions") == 1
    assert (published(root) / "manifest.json").read_bytes() == content


def test_old_versions_go_after_a_day_and_beyond_the_number_kept(root: Path) -> None:
    section = load_config(root / "matchback.toml").publish.model_copy(update={"keep_versions": 2})
    for days in range(3):
        run(root, as_of=AS_OF + timedelta(days=days), publish=section)
    assert len(list((root / "var" / "published").iterdir())) == 4, "younger than a day"
    for folder in (root / "var" / "published").iterdir():
        if not folder.is_symlink():
            os.utime(folder, (0, 0))
    run(root, as_of=AS_OF + timedelta(days=3), publish=section)
    names = sorted(path.name for path in (root / "var" / "published").iterdir())
    assert names == ["0003-2026-11-09", "0004-2026-11-10", "current"]
    assert sorted(path.name for path in (root / "var" / "protected").iterdir()) == names[:2]


def test_the_same_input_gives_the_same_version_on_another_machine(
    root: Path, tmp_path: Path, made: Path
) -> None:
    """Times of commits stand in the journal only, so two machines publish the same manifest."""
    other = Path(shutil.copytree(made, tmp_path / "other"))
    run(root)
    run(other)
    manifests = [(published(place) / "manifest.json").read_bytes() for place in (root, other)]
    assert manifests[0] == manifests[1]


def test_small_groups_are_left_out_where_declared(root: Path) -> None:
    """In each program, a group of fewer friends keeps its names only; a single one takes the next smallest with it."""
    run(root)
    query = "SELECT * FROM report_recognition_mix ORDER BY program, friends, recognition_type, label, basis"
    whole = asked(root, query)
    (smallest,) = sorted(row["friends"] for row in whole if row["program"] == "refer-a-member")[2:3]
    section = load_config(root / "matchback.toml").publish
    run(root, publish=section.model_copy(update={"smallest_groups": {"report_recognition_mix": smallest}}))
    kept = {
        (row["program"], row["recognition_type"], row["label"], row["basis"]): row
        for row in asked(root, query)
    }
    names = ("program", "recognition_type", "label", "basis")
    assert len(kept) == len(whole)
    for program in {row["program"] for row in whole}:
        rows = [row for row in whole if row["program"] == program]
        few = [row for row in rows if row["friends"] < smallest]
        left_out = rows[:2] if len(few) == 1 else few
        assert left_out
        for row in rows:
            name = tuple(row[column] for column in names)
            empty = {column: value if column in names else None for column, value in row.items()}
            assert kept[name] == (empty if row in left_out else row)


def test_every_report_of_groups_has_the_columns_that_its_declaration_names() -> None:
    for table in published_tables((), dict.fromkeys(grouped_reports(), 5)):
        columns = {column.name for column in table.columns}
        assert table.groups is None or {table.groups.persons, *table.groups.kept, "program"} <= columns


def test_the_page_can_be_made_where_groups_are_left_out(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_page, "report_page", WHOLE_PAGE)
    section = load_config(root / "matchback.toml").publish
    run(
        root,
        publish=section.model_copy(update={"smallest_groups": dict.fromkeys(grouped_reports(), 1_000_000)}),
    )
    assert "</html>" in (published(root) / "report.html").read_text(encoding="utf-8")
