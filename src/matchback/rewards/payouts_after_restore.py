"""Payouts of a workspace that was restored from a backup: nothing that was sent after the backup is paid again.

The backup does not know the payout files that were sent after it. So none is made until an operator says which ones
there were, and gives them. From then on a reward that stands in one of them goes out in no other file; and once all
that is behind such a file is there again, the same file with the same number and bytes is what `reward` makes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.acts import record_act
from matchback.answers.printing import count
from matchback.context import RunContext
from matchback.errors import MatchbackError
from matchback.journal import Journal, JournalEntry
from matchback.rewards.ledger import Finding
from matchback.rewards.payout_numbers import content_hash, file_numbers

if TYPE_CHECKING:
    from matchback.rewards.payout import PayoutLine

RESTORED, RESUMED = "restored", "payouts_resumed"
HELD, SENT_BEFORE = "payout_held_after_restore", "payout_sent_before_restore"
_REWARD_ID = "Reward ID"


@dataclass(frozen=True)
class SentFile:
    """A payout file that was sent after the backup: its number, SHA-256 and rewards."""

    number: int
    file_hash: str
    reward_ids: tuple[int, ...]


def held_since(journal: Journal) -> dict[str, Any] | None:
    """Return what the journal says of the restore since which no payout file is made; None where they are made."""
    restored = journal.entries(kind=RESTORED)
    if not restored or any(entry.number > restored[-1].number for entry in _resumptions(journal)):
        return None
    return restored[-1].body


def sent_files(journal: Journal) -> dict[int, SentFile]:
    """Return the payout files that operators gave after restores, by number."""
    found = {}
    for entry in _resumptions(journal):
        for body in entry.body["arguments"]["sent"]:
            found[int(body["number"])] = SentFile(
                int(body["number"]), body["file_hash"], tuple(body["reward_ids"])
            )
    return found


def held_rewards(journal: Journal, payable: Iterable[int]) -> dict[int, str]:
    """Return the finding of every payable reward where payouts are held, else none."""
    return dict.fromkeys(payable, HELD) if held_since(journal) is not None else {}


def without_sent(
    journal: Journal,
    recorded: Iterable[int],
    lines: Sequence[PayoutLine],
    render: Callable[[Sequence[PayoutLine]], bytes],
) -> tuple[list[PayoutLine], list[Finding]]:
    """Return the lines of the next payout file, where some rewards stand in files that were sent before the restore.

    If such a file can be made again byte by byte, its lines; else what stands in none of them, and a finding for each
    reward that does. `recorded` are the numbers that the ledger has issued.
    """
    done = set(recorded)
    sent = [file for number, file in sorted(sent_files(journal).items()) if number not in done]
    for file in sent:
        own = _numbered(line for line in lines if line.reward_id in set(file.reward_ids))
        if own and content_hash(render(own)) == file.file_hash:
            return own, []
    known = {reward_id for file in sent for reward_id in file.reward_ids}
    findings = [Finding(line.reward_id, SENT_BEFORE, "payout") for line in lines if line.reward_id in known]
    return _numbered(line for line in lines if line.reward_id not in known), findings


def sent_number(journal: Journal, recorded: Iterable[int], file_hash: str) -> int | None:
    """Return the number under which a file of these bytes was sent before the restore, if it was."""
    done = set(recorded)
    for number, file in sorted(sent_files(journal).items()):
        if number not in done and file.file_hash == file_hash:
            return number
    return None


def taken_numbers(journal: Journal) -> list[dict[str, Any]]:
    """Return the numbers of those files, in the shape of what the journal says of payout files."""
    return [
        {"number": number, "issued_on": "", "file_hash": file.file_hash}
        for number, file in sorted(sent_files(journal).items())
    ]


def resume_payouts(
    context: RunContext, last: int, given: Sequence[Path], never_sent: Sequence[int]
) -> tuple[str, dict[str, Any]]:
    """Journal which payout files were sent until the workspace was lost, and let payouts go on; return words and data.

    `last` is the number of the last one; `given` are the files after the backup's last, or folders of them;
    `never_sent` are numbers of which there is no file, since a run was cut off. All of them must be accounted for.
    """
    with context.journal.deciding():
        held = held_since(context.journal)
        if held is None:
            raise MatchbackError(
                "Payouts are not held: nothing was restored here since they last went on.",
                state="Nothing was journaled.",
                next_step="See the payout files:  matchback payouts list",
            )
        through = int(held["payouts_through"])
        sent = _read(given, through)
        _refuse_gaps(through, last, sent, never_sent)
        body = [vars(file) for _, file in sorted(sent.items())]
        number = record_act(
            context, RESUMED, subject_id=None, reason_code="restored_from_backup", last=last, sent=body
        )
    words = f"Payouts go on behind number {last}."
    if sent:
        rewards = sum(len(file.reward_ids) for file in sent.values())
        words += (
            f" {count(len(sent), 'file')} with {count(rewards, 'reward')} came after the backup: each is made again "
            "only with the same number and bytes, and nothing in it is paid otherwise."
        )
    return f"{words}\nThe next run makes what is due:  matchback run", {
        "journal_number": number,
        "last": last,
        "sent": [{"number": file.number, "rewards": len(file.reward_ids)} for file in sent.values()],
    }


def _resumptions(journal: Journal) -> list[JournalEntry]:
    return [entry for entry in journal.entries(kind="act") if entry.body["act"] == RESUMED]


def _numbered(lines: Iterable[PayoutLine]) -> list[PayoutLine]:
    return [replace(line, line_number=place) for place, line in enumerate(lines, start=1)]


def _read(given: Sequence[Path], through: int) -> dict[int, SentFile]:
    sent: dict[int, SentFile] = {}
    for place in given:
        found = file_numbers(place) if place.is_dir() else file_numbers(place.parent)
        for number, path in found.items():
            if number > through and (place.is_dir() or path.name == place.name):
                sent[number] = _sent_file(number, path)
    return sent


def _sent_file(number: int, path: Path) -> SentFile:
    content = path.read_bytes()
    totals = path.with_suffix(".totals.json")
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
        ids = tuple(int(row[_REWARD_ID]) for row in rows)
        said: Mapping[str, Any] = json.loads(totals.read_bytes()) if totals.exists() else {}
    except (ValueError, KeyError, csv.Error):
        ids, said = (), {}
    if (
        not ids
        or not content.endswith(b"\n")
        or said.get("sha256", content_hash(content)) != content_hash(content)
    ):
        raise MatchbackError(
            f"{path.name} is not a payout file as it was sent: it was cut or changed.",
            state="Nothing was journaled.",
            next_step="Take the file from where it was sent to, whole and unchanged.",
        )
    return SentFile(number, content_hash(content), ids)


def _refuse_gaps(through: int, last: int, sent: Mapping[int, SentFile], never_sent: Sequence[int]) -> None:
    wanted = set(range(through + 1, last + 1))
    missing = sorted(wanted - sent.keys() - set(never_sent))
    beyond = sorted((sent.keys() | set(never_sent)) - wanted)
    if last < through:
        why = f"The backup itself knows of payout files through number {through}, so {last} was not the last one."
        step = f"If none was sent after it:  matchback payouts resume --last {through}"
    elif missing:
        numbers = ", ".join(f"{number:06d}" for number in missing)
        why = f"Of the payout files after the backup's last, {through}, these were not given: {numbers}."
        step = (
            "Give the files, or the folder that holds them; take them from where they were sent to:  matchback payouts "
            f"resume --last {last} --sent FOLDER\nWhere a run was cut off and its file withdrawn, add:  "
            "--never-sent NUMBER"
        )
    elif beyond:
        why = f"Number {beyond[-1]} is not one of those after {through} and through {last}."
        step = "Say the number of the last file that was sent:  --last N"
    else:
        return
    raise MatchbackError(why, state="Nothing was journaled: no payout file is made yet.", next_step=step)
