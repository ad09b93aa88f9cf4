"""Doctor: every harm that can be done to a workspace is found, named, and told with what to type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cli.conftest import Call
from cli.test_stopped_night import TONIGHT, stopping
from matchback.answers.doctor import examine
from matchback.answers.findings import Finding
from matchback.answers.payouts import payout_list, reconciliation
from matchback.context import open_context
from matchback.intake.received import archived_path, received_files
from matchback.journal import Journal
from matchback.warehouse import Warehouse
from matchback.workspace import Workspace
from unit.simulated_bank import found_simulated_bank


@pytest.fixture
def paying(tmp_path: Path) -> Iterator[Workspace]:
    """A bank whose only night posted four rewards and paid three of them."""
    workspace = found_simulated_bank(tmp_path / "bank")
    yield workspace
    workspace.var.chmod(0o711)


def found(workspace: Workspace) -> list[Finding]:
    findings = examine(open_context(workspace))
    assert all(bool(finding.next_step) == (finding.status != "ok") for finding in findings)
    return findings


def failed(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(finding.subject, finding.detail) for finding in findings if finding.failed}


def test_what_holds_is_told_and_each_harm_is_named(paying: Workspace) -> None:
    findings = found(paying)
    told = {finding.subject: finding.detail for finding in findings if finding.status == "ok"}
    assert failed(findings) == set()
    assert told["archive"] == "4 received files: their bytes are those that came"
    assert told["ledger"] == "the chain of 10 entries holds"
    assert told["payouts"] == "1 payout file as journaled"
    assert told["permissions"] == "the protected area is for its owner only"

    first, second, *_ = received_files(Journal(paying.journal_dir))
    path = archived_path(paying.archive, first.content_hash)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    archived_path(paying.archive, second.content_hash).unlink()
    (config,) = (paying.archive / "configurations").glob("*[0-9a-f].json")
    config.write_text("{}")
    (payout,) = (paying.outbox / "payouts").glob("*.csv")
    payout.write_bytes(payout.read_bytes().replace(b"25.00", b"95.00"))
    with Warehouse.open(paying) as warehouse:
        entries = warehouse.table("reward_entries")
        warehouse.replace("reward_entries", entries.slice(0, entries.num_rows - 1))
    context = open_context(paying)  # which closes the folders
    paying.warehouse_path.chmod(0o644)
    paying.outbox.chmod(0o750)
    paying.var.chmod(0o700)
    (paying.root / "secret.txt").chmod(0o644)
    findings = examine(context)
    assert failed(findings) >= {
        ("archive", f"the bytes of file {first.file_id} of {first.feed_id} are not those that came"),
        ("archive", f"the bytes of file {second.file_id} of {second.feed_id} are gone from the archive"),
        (
            "archive",
            f"The configuration {config.stem[:12]} was changed in the archive: its bytes are not those of its name.",
        ),
        ("permissions", "others may read var/warehouse.duckdb"),
        ("permissions", "others may read var/outbox"),
        ("payouts", "payout file 1 in var/outbox/payouts is not the one that was made"),
    }
    ledger = next(finding for finding in findings if finding.subject == "ledger")
    assert ledger.detail.startswith("entry 10 is not the one that the journal says was posted")
    steps = {finding.next_step for finding in findings}
    assert "Close it:  chmod 600 var/warehouse.duckdb   (in the workspace)" in steps
    assert "Do not pay from it. Restore var/outbox from a backup." in steps
    notes = {finding.detail for finding in findings if finding.status == "note"}
    assert "var is closed to others, so analysts cannot read what is published" in notes
    assert "others may read secret.txt, under which every id is made" in notes


def test_totals_that_were_changed_beside_an_intact_payout_file_are_found(paying: Workspace) -> None:
    """The payout file is as journaled; who compares with the totals would be misled."""
    (totals,) = (paying.outbox / "payouts").glob("*.totals.json")
    totals.write_bytes(totals.read_bytes().replace(b'"sha256": "', b'"sha256": "0'))
    findings = examine(open_context(paying))
    what = "the totals beside payout file 1 in var/outbox/payouts are not those that were made with it"
    assert ("payouts", what) in failed(findings)
    steps = {finding.next_step for finding in findings}
    said = "The payout file itself is as issued. Restore earned-rewards-000001.totals.json from a backup."
    assert said in steps
    words, data = reconciliation(paying)
    assert "Not as issued: 1 totals file in the outbox (1)." in words
    assert data["changed_files"] == [1]
    assert payout_list(paying)[1][0]["file"] == "totals changed"


def test_a_list_of_holidays_that_has_run_out_is_noted(paying: Workspace) -> None:
    """On its last day the list still holds; the day after, the next holiday would be a business day like any other."""
    config = paying.config_path.read_text()
    assert config.count("[payout]\n") == 1
    holidays = "holidays = [2026-12-25, 2026-07-03]"
    paying.config_path.write_text(config.replace("[payout]\n", f"[payout]\n{holidays}\n"))
    for day, noted in ((date(2026, 12, 25), 0), (date(2026, 12, 26), 1)):
        findings = [item for item in examine(open_context(paying, as_of=day)) if item.subject == "holidays"]
        assert len(findings) == noted
    assert findings[0].status == "note"
    assert "payout.holidays ends with 2026-12-25" in findings[0].detail


def test_an_edited_ledger_and_a_journal_that_was_cut_are_found(paying: Workspace) -> None:
    """The last entry of each is gone: the chain of what is left holds in both."""
    import pyarrow as pa

    with Warehouse.open(paying) as warehouse:
        kept = warehouse.table("reward_entries")
        rows = kept.to_pylist()
        rows[3]["beneficiary_id"] = 1
        warehouse.replace("reward_entries", pa.Table.from_pylist(rows, schema=kept.schema))
    path = paying.journal_dir / "journal.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:-4]))
    findings = dict(failed(found(paying)))
    assert findings["ledger"] == "The reward ledger's chain breaks at entry 4: it was edited, cut or damaged."
    assert findings["journal"].startswith("The journal was cut: commit ")


def test_the_stop_of_a_first_night_is_named_with_what_to_type(bank: Path, call: Call) -> None:
    here = ("--workspace", stopping(bank))
    stopped = call("run", *TONIGHT, *here)
    assert stopped.code == 1
    said = call("doctor", "--json", *here)
    assert said.code == 1
    (night,) = [row for row in json.loads(said.out) if row["subject"] == "last night"]
    assert night["status"] == "failed"
    assert night["detail"].startswith(
        "the night of 2026-11-04 stopped: What is expected of openings for 2026-11-04 is not there"
    )
    assert "matchback feeds excuse openings --day 2026-11-04 --reason CODE" in night["next_step"]
    words = call("doctor", *here).out
    assert "last night" in words and "matchback feeds excuse openings" in words


def test_a_night_that_was_cut_off_is_told(paying: Workspace) -> None:
    Journal(paying.journal_dir).append(
        "run_started", as_of="2026-11-11", config_hash="0" * 64, steps=["pickup"]
    )
    (night,) = [finding for finding in found(paying) if finding.subject == "last night"]
    assert night.status == "note"
    assert "matchback run --as-of 2026-11-11" in night.next_step
