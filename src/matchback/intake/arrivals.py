"""The arrival calendar: what was expected of each feed and came, day by day, judged by its own history.

A day is judged as of a date, never by the clock. A file belongs to the day in its name, else to the as-of day on which
it was picked up. Only what the journal and the warehouse say is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from matchback.answers.printing import count

if TYPE_CHECKING:
    from matchback.config import Feed
    from matchback.config_expectations import Expectation

USUAL_DAYS = 30  # so many days before are what is usual
FEWEST_USUAL_DAYS = 5
TIMES_USUAL = 10
HELD = "held"  # the status of a delivery that waits for an operator
FINDINGS = {
    "missing": "no file came for the day",
    "held": "what came waits for an operator",
    "incomplete": "fewer files came than are expected",
    "late": "it came late",
    "refused": "what came was refused",
    "doubled": "more files came than are expected",
    "empty": "the file holds no records",
    "too_few": "fewer records than are expected",
    "too_many": "more records than are expected",
    "far_above_usual": "ten times the usual number of records, or more",
    "far_below_usual": "a tenth of the usual number of records, or fewer",
    "columns_changed": "columns came or went since the file before",
    "test_name": "its name marks it as a test",
    "test_addresses": "its addresses are test addresses",
}
TESTS = ("test_name", "test_addresses")
_TOO_SMALL = ("too_few", "far_below_usual")
SURPRISES = {
    "missing": ("missing", "held", "refused", "incomplete"),  # what was refused or waits was not delivered
    "doubled": ("doubled",),
    "empty": ("empty",),
    "unusual": ("too_few", "too_many", "far_above_usual", "far_below_usual"),
    "columns": ("columns_changed",),
}


@dataclass(frozen=True)
class Delivery:
    """A file that came. `picked_on` is the as-of day of its pick-up, `came_at` the local time of it."""

    file_id: str
    feed_id: str
    day: date
    picked_on: date | None
    came_at: datetime
    status: str
    records: int
    columns: str | None


@dataclass(frozen=True)
class Finding:
    """Something unexpected: its code, and details in words (counts and names of contract columns only)."""

    code: str
    detail: str = ""


@dataclass(frozen=True)
class Arrival:
    """One feed on one day."""

    feed_id: str
    day: date
    is_expected: bool
    files: int
    records: int
    usual_records: int | None
    findings: tuple[Finding, ...]
    is_excused: bool

    @property
    def is_missing(self) -> bool:
        """Whether the night lacks something that is expected, and neither there nor excused."""
        lacks = any(finding.code in SURPRISES["missing"] for finding in self.findings)
        return self.is_expected and lacks and not self.is_excused


def calendar(
    feed: Feed, deliveries: Sequence[Delivery], as_of: date, excused: frozenset[date] = frozenset()
) -> list[Arrival]:
    """Return every expected day of a feed up to as-of, and every other day on which something came."""
    own = sorted(
        (item for item in deliveries if item.feed_id == feed.id and item.day <= as_of and _counts(item)),
        key=lambda item: (item.day, item.file_id),
    )
    expect = feed.expect
    expected = set(_expected_days(expect, own, as_of)) if expect is not None else set()
    days = sorted({*expected, *(item.day for item in own)})
    arrivals: list[Arrival] = []
    before: Delivery | None = None
    for day in days:
        today = [item for item in own if item.day == day]
        loaded = [item for item in today if item.status == "loaded"]
        usual = usual_records(arrivals)
        findings = (
            list(_findings(expect, today, before, usual, is_expected=day in expected)) if expect else []
        )
        records = sum(item.records for item in loaded)
        arrivals.append(
            Arrival(
                feed.id, day, day in expected, len(today), records, usual, tuple(findings), day in excused
            )
        )
        before = loaded[-1] if loaded else before
    return arrivals


def _counts(item: Delivery) -> bool:
    """The same bytes again are no delivery; a version that another has replaced is none any more."""
    return item.status in ("loaded", "refused", HELD)


def _expected_days(expect: Expectation, own: Sequence[Delivery], as_of: date) -> Iterator[date]:
    """Yield the expected days: from the declared first one, else from the first file; without any, as-of alone."""
    first = expect.from_on or (own[0].day if own else as_of)
    for number in range((as_of - first).days + 1):
        day = first + timedelta(days=number)
        if expect.is_expected(day):
            yield day


def usual_records(before: Sequence[Arrival]) -> int | None:
    """Return the median of the records of the days before, of the last thirty with any; None if they are too few."""
    counts = sorted([arrival.records for arrival in before if arrival.records][-USUAL_DAYS:])
    return counts[len(counts) // 2] if len(counts) >= FEWEST_USUAL_DAYS else None


def _findings(
    expect: Expectation,
    today: Sequence[Delivery],
    before: Delivery | None,
    usual: int | None,
    *,
    is_expected: bool,
) -> Iterator[Finding]:
    loaded = [item for item in today if item.status == "loaded"]
    if not today:
        yield Finding("missing")
        return
    held = sum(item.status == HELD for item in today)
    if not loaded:
        yield Finding("held", count(held, "file")) if held else Finding("refused", count(len(today), "file"))
    elif is_expected and len(loaded) < expect.files:
        yield Finding("incomplete", f"{len(loaded)} of {count(expect.files, 'file')}")
    if len(loaded) > expect.files:
        yield Finding("doubled", f"{count(len(loaded), 'file')}, {expect.files} expected")
    yield from _lateness(expect, today)
    if loaded:
        records = sum(item.records for item in loaded)
        yield from size_findings(expect, records, usual)
        for earlier, item in zip([before, *loaded], loaded, strict=False):
            yield from column_findings(earlier, item.columns)


def _lateness(expect: Expectation, today: Sequence[Delivery]) -> Iterator[Finding]:
    """A file of another night's pick-up is late; so is one of its own day's that came after the hour."""
    days = max(((item.picked_on - item.day).days for item in today if item.picked_on is not None), default=0)
    if days > 0:
        yield Finding("late", count(days, "day"))
        return
    hours = [
        item.came_at.strftime("%H:%M") for item in today if item.came_at.date() == item.day == item.picked_on
    ]
    if expect.by is not None and hours and max(hours) > expect.by:
        yield Finding("late", f"at {max(hours)}, expected by {expect.by}")


def size_findings(
    expect: Expectation, records: int, usual: int | None, *, files: int = 1
) -> Iterator[Finding]:
    """Judge the number of records of some files by what is declared and by what is usual."""
    if records == 0:
        yield Finding("empty")
        return
    told = f"{records:,} in {files} files of the day" if files > 1 else f"{records:,}"
    span = expect.record_range
    if span is not None and records < span[0]:
        yield Finding("too_few", f"{told}, at least {span[0]:,} expected")
    if span is not None and records > span[1]:
        yield Finding("too_many", f"{told}, at most {span[1]:,} expected")
    if usual and records >= TIMES_USUAL * usual:
        yield Finding("far_above_usual", f"{told}, usual are {usual:,}")
    if usual and records * TIMES_USUAL <= usual:
        yield Finding("far_below_usual", f"{told}, usual are {usual:,}")


def day_findings(
    expect: Expectation, own: int, others: Sequence[int], usual: int | None, *, is_over: bool
) -> list[Finding]:
    """Judge the size of one file: whether it is empty by itself, all else by its day so far.

    `own` and `others` are the records of the file and of the day's other files, which are loaded or ready to be. A day
    has too few only when no file of it is to come: the expected number is there, or it `is_over`.
    """
    if own == 0:
        return [Finding("empty")]
    is_whole = is_over or 1 + len(others) >= expect.files
    found = size_findings(expect, own + sum(others), usual, files=1 + len(others))
    return [finding for finding in found if is_whole or finding.code not in _TOO_SMALL]


def column_findings(before: Delivery | None, columns: str | None) -> Iterator[Finding]:
    """Compare the columns of a file with those of the one before."""
    if before is None or before.columns is None or columns is None or before.columns == columns:
        return
    (old, old_unknown), (new, new_unknown) = _split(before.columns), _split(columns)
    parts = [
        f"{word} {', '.join(sorted(names))}"
        for word, names in (("new:", new - old), ("gone:", old - new))
        if names
    ]
    if old_unknown != new_unknown:
        parts.append("columns that no contract knows changed")
    yield Finding("columns_changed", "; ".join(parts))


def _split(columns: str) -> tuple[set[str], str]:
    known, _, unknown = columns.partition("|")
    return {name for name in known.split(",") if name}, unknown


def describe_columns(known: Iterable[str], unknown: Sequence[str]) -> str:
    """Return which columns a file has: the contract's by name, the others as a hash (their names can be anything)."""
    import hashlib

    text = ",".join(sorted(known))
    if not unknown:
        return text
    digest = hashlib.sha256("\n".join(sorted(unknown)).encode("utf-8", "surrogateescape")).hexdigest()
    return f"{text}|{digest[:16]}"


def stops(expect: Expectation | None, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings on which the feed is declared to stop."""
    if expect is None:
        return []
    codes = {code for word in expect.stop_on for code in SURPRISES[word]}
    return [finding for finding in findings if finding.code in codes]
