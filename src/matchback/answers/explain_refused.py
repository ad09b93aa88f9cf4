"""What came and counts for nothing: refused, held, waiting or not yet published records that name what was asked about.

A refused record's text stands in the archive alone, so it is looked for there: the files that hold refused records, and
those that are not in the version, are read again, and their identifiers compared. Nothing that is read is returned.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.answers.lookup import hash_values, identifier_value
from matchback.answers.waiting import held_rows
from matchback.errors import MatchbackError
from matchback.intake.received import archived_path, received_files
from matchback.intake.records import UnreadableFile
from matchback.journal import Journal

if TYPE_CHECKING:
    import polars as pl

    from matchback.answers.explain import Question, Search
    from matchback.config import Config, Feed
    from matchback.intake.formats import Reader

Data = dict[str, Any]
Values = dict[str, set[str]]
MOST_BYTES = 256 << 20  # of the archive, newest files first: beyond it an answer would be waited for
MOST_FOUND = 200
KINDS = {
    "event": "partner_event_id",
    "email": "email",
    "phone": "phone",
    "partner_user_id": "partner_user_id",
    "account": "account_id",
    "order": "order_id",
    "coupon": "coupon_code",
}
DANGEROUS = ("inflates_too_much", "parser_failed", "took_too_long", "too_large", "unsafe_archive")


@dataclass(frozen=True)
class Wanted:
    """Values by kind of identifier: those that were asked about, and a found friend's others, for own columns only."""

    asked: Values = field(default_factory=dict)
    own: Values = field(default_factory=dict)

    def of(self, kind: str, whose: str) -> set[str]:
        """Return the values that a column of such identifiers may hold."""
        return self.asked.get(kind, set()) | (self.own.get(kind, set()) if whose == "own" else set())


def refused_records(search: Search, question: Question, data: Data) -> Data:
    """Return `refused`, the records that name what an answer is about and count for nothing, and what was searched.

    `searched` counts the records and files that were read again; `unsearched` are files that could not be.
    """
    wanted = Wanted(_asked(search.config, question), _own(search, data))
    found: list[Data] = []
    unsearched: list[Data] = []
    searched = {"files": 0, "records": 0}
    left = MOST_BYTES
    for file in _files(search):
        size = _size(search, file)
        reason = "" if size is not None else "not_in_archive"
        if size is not None and size > left:
            reason = "limit"
        elif not search.config.has_feed(file["feed_id"]):
            reason = "feed_gone"
        elif file["reason_code"] in DANGEROUS:
            reason = str(file["reason_code"])
        if not reason:
            left -= size or 0
            rows, records, reason = _search_file(search, file, wanted)
            searched["files"] += not reason
            searched["records"] += records
            found += rows
        if reason:
            names = ("file_id", "feed_id", "kind", "received_on", "state")
            unsearched.append({**{name: file[name] for name in names}, "reason_code": reason})
    return {"refused": found[:MOST_FOUND], "searched": searched, "unsearched": unsearched}


# --- what is looked for --------------------------------------------------------------------------------------------


def _asked(config: Config, question: Question) -> Values:
    """Return what was typed as records may hold it: its normal form, and its hashes where feeds bring such."""
    if question.kind == "reward":
        return {}
    kind = "email" if "@" in question.friend else "partner_user_id"
    kind, text = (
        (kind, question.friend) if question.kind == "pair" else (KINDS[question.kind], question.value)
    )
    values: Values = {kind: {identifier_value(config, kind, text)}}
    for hashed, value in hash_values(config, kind, text):
        values.setdefault(hashed, set()).add(value)
    return values


def _own(search: Search, data: Data) -> Values:
    """Return what else the friends of an answer are known by: their accounts, orders and own identifiers."""
    nothing = dict.fromkeys(("journey_id", "event_id", "person_id"))
    subjects = [{"journey_id": row["journey_id"]} for row in data["journeys"]]
    subjects += [{"event_id": row["event_id"]} for row in data["left_out"]]
    subjects += [{"person_id": row["person_id"]} for row in data["persons"]]
    values: Values = {}
    for subject in subjects:
        for row in search.warehouse.rows("explain/own_values", {**nothing, **subject}):
            values.setdefault(row["kind"], set()).add(row["value"])
    return values


# --- where it is looked for ----------------------------------------------------------------------------------------


def _files(search: Search) -> list[Data]:
    """Return the files that may hold such records, newest first: `records` are the refused ones, None if all count."""
    rows = search.warehouse.rows("explain/archived_files")
    files = []
    for row in rows:
        if row["status"] == "refused" or row["refused"] or row["waiting"]:
            state = "refused_file" if row["status"] == "refused" else "refused_record"
            files.append({**row, "state": state})
    known = {row["file_id"] for row in rows}
    held = {row["file_id"]: row["message"] for row in held_rows(search.workspace)}
    for file in received_files(Journal(search.workspace.journal_dir)):
        if file.file_id not in known and search.config.has_feed(file.feed_id):
            row = {"file_id": file.file_id, "feed_id": file.feed_id, "received_on": file.received_on}
            row |= {"kind": search.config.feed(file.feed_id).kind, "content_hash": file.content_hash}
            state = "held" if file.file_id in held else "not_in_version"
            files.append({**row, "state": state, "reason_code": None, "waiting": 0})
    return sorted(files, key=lambda row: (row["received_on"], row["feed_id"], row["file_id"]), reverse=True)


def _size(search: Search, file: Data) -> int | None:
    try:
        return archived_path(search.workspace.archive, file["content_hash"]).stat().st_size
    except OSError:
        return None


def _search_file(search: Search, file: Data, wanted: Wanted) -> tuple[list[Data], int, str]:
    """Return the rows found in a file, how many records were looked at, and why it could not be read, or ''."""
    refusals: dict[int, list[Data]] = {}
    if file["state"] in ("refused_record", "refused_file"):
        for row in search.warehouse.rows("explain/refused_records", {"file_id": file["file_id"]}):
            refusals.setdefault(row["record_number"], []).append(row)
    feed, root = search.config.feed(file["feed_id"]), search.workspace.root
    path = archived_path(search.workspace.archive, file["content_hash"])
    from matchback.intake.formats import open_reader

    try:
        with tempfile.TemporaryDirectory(dir=search.workspace.staging, prefix="explain") as scratch:
            reader = open_reader(path, feed, Path(scratch), root=root)
            looked = _Look(search.config, feed, wanted, file, refusals)
            return looked.through(reader), looked.records, ""
    except UnreadableFile as unreadable:
        return [], 0, unreadable.refused.reason_code
    except (MatchbackError, OSError):
        return [], 0, "unreadable"


class _Look:
    """One look through one file."""

    def __init__(
        self, config: Config, feed: Feed, wanted: Wanted, file: Data, refusals: dict[int, list[Data]]
    ) -> None:
        self.config, self.feed, self.wanted, self.file, self.refusals = config, feed, wanted, file, refusals
        self.records = 0
        self.takes_all = file["state"] != "refused_record" or bool(file["waiting"])

    def through(self, reader: Reader) -> list[Data]:
        """Return the records that hold a wanted value and count for nothing."""
        from matchback.intake.contracts import feed_contract
        from matchback.intake.csv_reader import CsvReader

        contract = feed_contract(self.feed)
        columns = {}
        for name in reader.header:
            column = contract.column(self.feed.columns.get(name, name))
            if column is not None and name and name not in self.feed.ignore:
                columns[name] = column
        named = {name: c for name, c in columns.items() if self.wanted.of(c.identifier, c.whose)}
        beside = {c.name: name for name, c in columns.items() if c.name in ("event_name", "action")}
        found: list[Data] = []
        split: set[int] = set()
        read = (
            list(dict.fromkeys([*named, *beside.values()])) or reader.header[:1]
        )  # a reader needs one to count
        for block in reader.blocks(read):
            split.update(block.record_numbers.tolist())
            found += self._in_block(block.texts, block.record_numbers.tolist(), named, beside)
        unsplit = {number for number in self.refusals if number not in split}
        if unsplit and isinstance(reader, CsvReader):
            found += self._in_raw(reader, unsplit)
        return sorted(found, key=lambda row: int(row["record_number"]))

    def _in_block(
        self, texts: pl.DataFrame, numbers: list[int], named: dict[str, Any], beside: dict[str, str]
    ) -> Iterator[Data]:
        import polars as pl

        rows = texts.with_columns(pl.Series("\0number", numbers, dtype=pl.Int64))
        if not self.takes_all:
            rows = rows.filter(pl.col("\0number").is_in(list(self.refusals)))
        self.records += rows.height
        places: dict[int, list[str]] = {}
        again: set[int] = set()
        for name, column in named.items():
            values = self.wanted.of(column.identifier, column.whose)
            for place in self._hits(rows[name], column.identifier, values):
                places.setdefault(place, []).append(column.name)
            if column.name == "partner_event_id":
                came = self.wanted.own.get("partner_event_id", set())
                again.update(self._hits(rows[name], column.identifier, came))
        for place, columns in sorted(places.items()):
            cells = {column: rows[name][place] for column, name in beside.items()}
            state = self._state(rows["\0number"][place], cells.get("action"))
            if state:
                found = self._row(rows["\0number"][place], columns, self._event_name(cells), state)
                yield {**found, "came_again": place in again}

    def _hits(self, texts: pl.Series, kind: str, values: set[str]) -> list[int]:
        """Return at which places such an identifier stands, however it is written."""
        from matchback.intake.identifier_profiles import read_as
        from matchback.intake.identifiers import normalize

        read = read_as(kind, self.config.identifiers.email)
        country = self.feed.country or self.config.workspace.country
        found = normalize(texts, read, country).is_in(list(values)).fill_null(False)
        return [int(place) for place in found.arg_true().to_list()]

    def _in_raw(self, reader: Any, unsplit: set[int]) -> Iterator[Data]:
        """Look through refused records whose cells cannot be told apart: any part of one may be the identifier."""
        import polars as pl

        sign = self.feed.format.separator
        for number, raw in enumerate(reader.raw_records(), start=1):
            if number not in unsplit:
                continue
            self.records += 1
            text = raw.decode("utf-8", "replace").replace("\r", sign).replace("\n", sign)
            parts = pl.Series([part.strip(' \t"') for part in text.split(sign)], dtype=pl.String)
            kinds = {*self.wanted.asked, *self.wanted.own}
            if any(self._hits(parts, kind, self.wanted.of(kind, "own")) for kind in sorted(kinds)):
                yield self._row(number, [], None, self.file["state"])

    def _state(self, number: int, action: str | None) -> str:
        """Return why a record counts for nothing; '' if it counts, as far as this file says."""
        if self.file["state"] != "refused_record" or number in self.refusals:
            return str(self.file["state"])
        corrects = (action or "").strip() in ("correct", "cancel")
        return "waits_for_original" if self.file["waiting"] and corrects else ""

    def _event_name(self, cells: dict[str, str]) -> str | None:
        """Return the event's name if the catalog has it; what else stands there may be anything."""
        text = (cells.get("event_name") or "").strip()
        name = self.feed.values.get("event_name", {}).get(text, text) or self.feed.constants.get(
            "event_name", ""
        )
        return name if self.config.event(name) else None

    def _row(self, number: int, columns: list[str], event_name: str | None, state: str) -> Data:
        reasons = self.refusals.get(number, [])
        names = ("file_id", "feed_id", "kind", "received_on")
        return {
            **{name: self.file[name] for name in names},
            "state": state,
            "came_again": False,
            "file_reason": self.file["reason_code"],
            "record_number": number,
            "line_number": reasons[0]["line_number"] if reasons else None,
            "event_name": event_name,
            "named_by": ", ".join(sorted(set(columns))) or None,
            "reasons": [
                {name: row[name] for name in ("column_name", "reason_code", "message")} for row in reasons
            ],
        }
