"""What is not taken in yet, and why: files that are left at their source, and files that an operator is to look at.

Told by the journal and the staging area as they are now, so that it is seen before anything is published again.
"""

from __future__ import annotations

from typing import Any

from matchback.intake.left_there import left_now
from matchback.intake.received import loaded_ids, received_files
from matchback.intake.staging import staged_file
from matchback.journal import Journal
from matchback.workspace import Workspace

Row = dict[str, Any]
AT_SOURCE, HELD = "at_source", "held"
_NEXT_RUN = "Nothing: every run looks again. If it stays so, ask the sender."
_NOT_FOR_US = "Ask the sender to put a file there, or to take this away."
_SENDER = "Ask the sender."
LEFT: dict[str, tuple[str, str]] = {
    "link": ("It is a link, and links are not followed.", _NOT_FOR_US),
    "folder": ("It is a folder.", _NOT_FOR_US),
    "other": ("It is a device, a pipe or of no known kind.", _NOT_FOR_US),
    "date": ("It has no real date in its name.", "Ask the sender to name it as agreed."),
    "name": ("It has a name that can be no file's.", "Ask the sender to name it as agreed."),
    "unfinished": (
        "Its name is one of an unfinished file: it ends in .part, .tmp or .filepart, or begins with a point.",
        f"{_SENDER} It is to be renamed once it is whole.",
    ),
    "results": (
        "Its name ends in .results.csv, as our answers do, and it is none of ours.",
        "Ask the sender to name it otherwise.",
    ),
    "growing": ("It was still being written.", _NEXT_RUN),
    "changed": ("It changed while it was read.", _NEXT_RUN),
    "marker": ("It has no marker yet.", f"{_SENDER} The marker says that it is whole."),
    "manifest": ("It is in no manifest yet.", f"{_SENDER} The manifest says that it is whole."),
    "size": ("It has another size than its manifest says.", f"{_SENDER} The file or the manifest is wrong."),
    "checksum": (
        "Its bytes are not those that its manifest announces.",
        f"{_SENDER} The file or the manifest is wrong.",
    ),
    "missing": ("A manifest names it, and it is not there.", f"{_SENDER} It was not sent, or elsewhere."),
    "unread": ("It is a manifest that cannot be read.", "Ask the sender for one of a known layout."),
    "refused": (
        "The server does not let it be read.",
        "Ask the sender, or the server's operator, to permit it.",
    ),
    "unreadable": (
        "It could not be read: the connection broke, or the server failed.",
        "Run again; if it stays so, see the lines of the run.",
    ),
}


def held_rows(workspace: Workspace) -> list[Row]:
    """Return the files that wait for an operator since they are not as expected."""
    journal = Journal(workspace.journal_dir)
    loaded = loaded_ids(journal)
    rows = []
    for file in received_files(journal):
        words = staged_file(workspace.staging, file.file_id).waits_for()
        if file.file_id not in loaded and words:
            row = {"file_id": file.file_id, "feed_id": file.feed_id, "received_on": file.received_on}
            rows.append({**row, "file_status": "waiting", "reason_code": "not_as_expected", "message": words})
    return rows


def waiting_rows(workspace: Workspace, feeds: set[str]) -> list[Row]:
    """Return what is not taken in of these feeds: name, status, reason, why, and what to do next.

    Names are the sender's and can hold personal data: for the operator's eyes, as in `files show`.
    """
    names = {file.file_id: file.delivered_name for file in received_files(Journal(workspace.journal_dir))}
    rows = [
        {
            "status": HELD,
            "feed_id": held["feed_id"],
            "file_id": held["file_id"],
            "name": names[held["file_id"]],
            "reason_code": held["reason_code"],
            "why": held["message"],
            "next_step": f"Look at it, then:  matchback quarantine readmit {held['file_id'][:8]} --reason CODE",
        }
        for held in held_rows(workspace)
        if held["feed_id"] in feeds
    ]
    for (feed_id, name), reason in sorted(left_now(Journal(workspace.journal_dir)).items()):
        why, next_step = LEFT[reason]
        row: Row = {"status": AT_SOURCE, "feed_id": feed_id, "file_id": None, "name": name}
        rows += (
            [{**row, "reason_code": reason, "why": why, "next_step": next_step}] if feed_id in feeds else []
        )
    return rows
