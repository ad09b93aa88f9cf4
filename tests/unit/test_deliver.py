"""Payout files reach their destination once: only what the ledger recorded, and never again after a cut-off sending."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from matchback.context import RunContext
from matchback.errors import SourceFailed
from matchback.intake import sources
from matchback.intake.private_files import make_private_folder, open_private_file
from matchback.intake.transports import local
from matchback.intake.transports.local import LocalStore
from matchback.intake.transports.store import Entry
from matchback.progress import QuietProgress
from matchback.publishing.deliver import Delivered, deliver_outbox
from matchback.rewards.payout_numbers import totals_content
from matchback.warehouse import Warehouse
from unit.published_world import TOML, context_of

CONTENT = b"Reward ID,Face Value\n1,100.00\n"
NAME = "earned-rewards-000001.csv"


class Notes(QuietProgress):
    """Keeps what was said to the operator."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[RunContext]:
    """A workspace with one payout file in its outbox, recorded in the warehouse."""
    (tmp_path / "matchback.toml").write_text(TOML, encoding="utf-8")
    made = context_of(tmp_path)
    folder = made.workspace.outbox / "payouts"
    folder.mkdir()
    (folder / NAME).write_bytes(CONTENT)
    (folder / NAME).with_suffix(".totals.json").write_text("{}", encoding="utf-8")
    warehouse = Warehouse.memory()
    record(warehouse, CONTENT)
    yield replace(made, warehouse=warehouse, progress=Notes())
    warehouse.close()


def record(warehouse: Warehouse, content: bytes) -> None:
    schema = warehouse.table("payouts").schema
    row: dict[str, Any] = dict.fromkeys(schema.names)
    row |= {
        "payout_number": 1,
        "issued_on": date(2026, 11, 2),
        "file_hash": hashlib.sha256(content).hexdigest(),
    }
    warehouse.append("payouts", pa.Table.from_pylist([row], schema=schema))


def arrived(context: RunContext) -> dict[str, bytes]:
    folder = context.workspace.root / "bank" / "incoming"
    return {path.name: path.read_bytes() for path in folder.glob("*")} if folder.exists() else {}


def test_a_payout_file_is_sent_once_with_its_totals(context: RunContext) -> None:
    assert deliver_outbox(context) == Delivered(results=0, payouts=1, doubtful=())
    assert arrived(context) == {NAME: CONTENT, "earned-rewards-000001.totals.json": b"{}"}
    assert deliver_outbox(context) == Delivered(results=0, payouts=0, doubtful=())
    assert len(arrived(context)) == 2
    (entry,) = context.journal.entries(kind="payout_delivered")
    assert entry.body == {"file": NAME, "file_hash": hashlib.sha256(CONTENT).hexdigest()}


def test_it_is_not_sent_again_when_the_bank_has_taken_it_away(context: RunContext) -> None:
    deliver_outbox(context)
    (context.workspace.root / "bank" / "incoming" / NAME).unlink()
    deliver_outbox(context)
    assert NAME not in arrived(context)


@pytest.mark.parametrize("state", ["changed", "missing"])
def test_a_file_that_is_not_as_issued_is_not_sent_and_named(context: RunContext, state: str) -> None:
    """Neither other bytes nor none at all pass in silence; once the file is restored it goes out."""
    path = context.workspace.outbox / "payouts" / NAME
    path.unlink()
    if state == "changed":
        path.write_bytes(b"left behind by a crash\n")
    assert deliver_outbox(context) == Delivered(0, 0, (), (f"{NAME} ({state})",))
    assert arrived(context) == {}
    assert isinstance(context.progress, Notes)
    assert context.progress.lines[0].startswith(
        f"Not sent, since not as issued: {NAME} ({state}). Restore it"
    )
    path.write_bytes(CONTENT)
    assert deliver_outbox(context) == Delivered(results=0, payouts=1, doubtful=())
    path.write_bytes(b"changed after it was sent\n")
    assert deliver_outbox(context) == Delivered(results=0, payouts=0, doubtful=())


def test_a_file_whose_totals_are_not_its_own_is_not_sent_and_named(context: RunContext) -> None:
    """The bank compares the two: an intact file with other totals would be paid or refused for nothing."""
    said = {"number": 1, "issued_on": "2026-11-02", "lines": 1, "totals": {"USD": 100}}
    file_hash = hashlib.sha256(CONTENT).hexdigest()
    context.journal.append("payout", **said, file_hash=file_hash)
    assert deliver_outbox(context) == Delivered(0, 0, (), (f"{NAME} (totals changed)",))
    assert arrived(context) == {}
    beside = context.workspace.outbox / "payouts" / NAME.replace(".csv", ".totals.json")
    beside.write_bytes(totals_content(1, "2026-11-02", 1, {"USD": 100}, file_hash))
    assert deliver_outbox(context) == Delivered(results=0, payouts=1, doubtful=())


def test_a_file_that_someone_fetches_by_hand_is_not_missed(context: RunContext) -> None:
    """Without a destination whoever pays takes the file away; changed bytes are told all the same."""
    payout = context.config.payout.model_copy(update={"to": None})
    by_hand = replace(context, config=context.config.model_copy(update={"payout": payout}))
    path = context.workspace.outbox / "payouts" / NAME
    path.unlink()
    assert deliver_outbox(by_hand).unfit == ()
    path.write_bytes(b"edited\n")
    assert deliver_outbox(by_hand).unfit == (f"{NAME} (changed)",)


def test_a_sending_that_was_cut_off_waits_for_someone_to_look(
    context: RunContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*arguments: Any) -> None:
        if str(arguments[2]).endswith(NAME):
            raise KeyboardInterrupt
        rename(*arguments)

    rename = LocalStore.rename
    with monkeypatch.context() as patched:
        patched.setattr(LocalStore, "rename", cut_off)
        with pytest.raises(KeyboardInterrupt):
            deliver_outbox(context)
    assert deliver_outbox(context) == Delivered(results=0, payouts=0, doubtful=(NAME,))
    assert NAME not in arrived(context)
    assert isinstance(context.progress, Notes)
    assert context.progress.lines == [
        f"The sending of {NAME} was cut off: look whether it arrived. If not:  matchback deliver"
    ]
    assert deliver_outbox(context, again=True).payouts == 1
    assert arrived(context)[NAME] == CONTENT


def test_a_target_that_cannot_be_opened_is_tried_again(context: RunContext) -> None:
    """Nothing can have arrived before the file got its name, so nobody has to look."""
    (context.workspace.root / "bank").write_text("a file where the folder should be")
    assert deliver_outbox(context) == Delivered(results=0, payouts=0, doubtful=())
    (context.workspace.root / "bank").unlink()
    assert deliver_outbox(context) == Delivered(results=0, payouts=1, doubtful=())
    assert sorted(arrived(context)) == [NAME, "earned-rewards-000001.totals.json"]


def test_a_disk_that_is_full_halfway_is_tried_again(
    context: RunContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The totals, which had arrived, are not sent a second time under another name."""

    def full(path: Path) -> Any:
        if path.name == f"{NAME}.part":
            raise OSError(errno.ENOSPC, "full")
        return open_private_file(path)

    with monkeypatch.context() as patched:
        patched.setattr(local, "open_private_file", full)
        assert deliver_outbox(context) == Delivered(results=0, payouts=0, doubtful=())
    assert deliver_outbox(context) == Delivered(results=0, payouts=1, doubtful=())
    assert sorted(arrived(context)) == [NAME, "earned-rewards-000001.totals.json"]


def test_only_the_owner_may_read_what_was_delivered(
    context: RunContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first byte, whatever the umask and whatever a killed run left there."""
    folder = context.workspace.root / "bank" / "incoming"
    modes = []

    def look(self: LocalStore, aside: Entry, target: str) -> None:
        modes.append(Path(aside.path).stat().st_mode & 0o777)
        rename(self, aside, target)

    rename = LocalStore.rename
    monkeypatch.setattr(LocalStore, "rename", look)
    umask = os.umask(0)
    try:
        make_private_folder(folder)
        (folder / f"{NAME}.part").write_text("left behind")
        deliver_outbox(context)
    finally:
        os.umask(umask)
    assert modes == [0o600, 0o600]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent)] == [0o700, 0o700]
    assert arrived(context)[NAME] == CONTENT


def test_a_file_that_did_arrive_before_the_crash_counts_as_sent(context: RunContext) -> None:
    deliver_outbox(context)
    outbox = context.workspace.outbox / "payouts" / NAME
    outbox.with_suffix(".delivered").rename(outbox.with_suffix(".sending"))
    assert deliver_outbox(context) == Delivered(results=0, payouts=1, doubtful=())
    assert len(arrived(context)) == 2
    assert len(context.journal.entries(kind="payout_delivered")) == 1


@pytest.mark.parametrize("last", [NAME, "earned-rewards-000001.totals.json"])
def test_a_delivery_killed_right_after_it_named_a_file_leaves_nothing_beside_it(
    context: RunContext, last: str
) -> None:
    """A local file gets its name by a link, and loses its former one after that."""
    deliver_outbox(context)
    folder = context.workspace.root / "bank" / "incoming"
    os.link(folder / last, folder / f"{last}.part")
    outbox = context.workspace.outbox / "payouts" / NAME
    outbox.with_suffix(".delivered").unlink()
    if last != NAME:
        (folder / NAME).unlink()
    assert deliver_outbox(context).payouts == 1
    assert sorted(arrived(context)) == [NAME, "earned-rewards-000001.totals.json"]


def test_a_bank_that_does_not_answer_is_tried_again(
    context: RunContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*arguments: Any) -> sources.Source:
        raise SourceFailed("The server does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(sources, "open_source", unreachable)
        assert deliver_outbox(context) == Delivered(results=0, payouts=0, doubtful=())
    assert isinstance(context.progress, Notes)
    assert context.progress.lines == ["1 payout files wait: The server does not answer."]
    assert deliver_outbox(context).payouts == 1
