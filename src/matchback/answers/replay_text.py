"""A replay in plain words: what was made again, whether it is the same, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Sequence

from matchback.answers.printing import as_columns, count
from matchback.answers.replay import Replayed
from matchback.answers.replay_compare import TableCompared

_ASK = "Nothing was changed. Look for what was edited, or restore the workspace from a backup that replays whole."


def replay_text(found: Replayed) -> str:
    """Return what `matchback replay` prints."""
    if found.damaged:
        return _damaged(found)
    parts = [_done(found), _verdict(found), _tables(found.tables), _first_version(found), _differences(found)]
    parts += [_notes(found.notes), _kept(found)]
    return "\n\n".join(part for part in parts if part)


def _done(found: Replayed) -> str:
    nights = f"{count(len(found.nights), 'night')}, {found.nights[0]} to {found.nights[-1]}"
    return (
        f"Replayed {count(found.commits, 'commit')} of {nights}: {count(found.files, 'file')}, "
        f"{count(found.payouts, 'payout file')}. No source was asked and nothing was delivered."
    )


def _verdict(found: Replayed) -> str:
    if not found.tables:
        return f"Nothing was compared: {found.without_live}."
    differing = [table for table in found.tables if not table.equal]
    if found.holds:
        tables = count(len(found.tables), "table")
        return f"The warehouse is what archive and journal make: {tables} are equal, row by row."
    if differing:
        return f"{count(len(differing), 'table')} of {len(found.tables)} differ from what archive and journal make:"
    return "The tables are equal, but the journal tells of other results:"


def _tables(tables: Sequence[TableCompared]) -> str:
    if all(table.equal for table in tables):
        return ""
    return as_columns(
        [
            {
                "table": table.table,
                "rows": "not there" if table.rows is None else f"{table.rows:,}",
                "replayed": "not there" if table.rows_replayed is None else f"{table.rows_replayed:,}",
                "differs in": ", ".join(table.columns),
            }
            for table in tables
            if not table.equal
        ]
    )


def _first_version(found: Replayed) -> str:
    first = found.first_version
    if first is None:
        return ""
    return f"The first published version to come out otherwise is {first['version_id']}: {', '.join(first['tables'])}."


def _differences(found: Replayed) -> str:
    lines = [f"  {words}" for words in found.differences]
    if lines:
        lines.insert(0, "What the journal says and the replay does not:")
    if not found.holds:
        lines += ["", _ASK, "To keep what was replayed, to look at it:  matchback replay --into DIR"]
    return "\n".join(lines).strip("\n")


def _notes(notes: Sequence[str]) -> str:
    return (
        "\n".join(["What cannot be replayed as it was:", *(f"  {note}" for note in notes)]) if notes else ""
    )


def _kept(found: Replayed) -> str:
    if found.warehouse is None:
        return ""
    lines = [f"The replayed warehouse is {found.warehouse}. It holds identifiers: keep it for yourself only."]
    if found.without_live:
        lines.append(
            f"To go on with it:  mv {found.warehouse} var/warehouse.duckdb   and then:  matchback run"
        )
    return "\n".join(lines)


def _damaged(found: Replayed) -> str:
    lines = [f"  {damage.words}" for damage in found.damaged]
    return "\n".join(
        [
            f"The archive is damaged, so nothing was replayed ({count(len(lines), 'file')}):",
            *lines,
            "Put the files back under var/archive from a backup, and replay again:  matchback replay",
        ]
    )
