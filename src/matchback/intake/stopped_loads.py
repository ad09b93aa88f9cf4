"""What loads that were stopped have done: it stands in the warehouse, and they did not live to tell of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from matchback.journal import Journal

COUNTED = ("accepted", "refused", "duplicates", "conflicts", "waiting")
_LOADED = "load:"


def counts_of_stopped_loads(journal: Journal, known: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """Count what became of the files that were loaded by stopped loads since the last that ended, as a load counts.

    Only of runs that were to load and no more, as a scheduler's are: it tries them again, and tells people what the
    last try says. `known` are the files of the warehouse. To be asked before the run that asks loads anything.
    """
    started = {entry.number: entry.body["steps"] for entry in journal.entries(kind="run_started")}
    ended = journal.entries(kind="run_finished")
    last = max(
        (entry.number for entry in ended if "load" in started.get(entry.body.get("run", 0), ())), default=0
    )
    over = {entry.body.get("run", 0) for entry in ended} | {max(started, default=0)}
    stopped = {number for number, steps in started.items() if number > last and steps[-1:] == ["load"]} - over
    if not stopped:
        return Counter()
    # One that was stopped between its commit and the journal's entry of it leaves only the receipt.
    received = {entry.body["file_id"] for entry in journal.entries(last, "file_received")}
    loaded = {
        entry.body["label"].removeprefix(_LOADED)
        for entry in journal.entries(last, "committed")
        if entry.body["label"].startswith(_LOADED) and entry.body.get("run") in stopped
    }
    counts: Counter[str] = Counter()
    for row in known:
        if row["file_id"] in received | loaded:
            counts.update({name: row[name] or 0 for name in COUNTED})
            counts.update(files=1, refused_files=int(row["status"] == "refused"))
    return counts
