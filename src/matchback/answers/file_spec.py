"""The file specification for a sender: `matchback feeds spec`. Everything in it comes from the feed and its contract.

What is said here is what validation does. The pages are written by `file_spec_pages`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matchback.answers.printing import count
from matchback.answers.spec_columns import ONE_OF, example_file, example_of, heading_of, listed_columns
from matchback.answers.spec_delivery import example_name
from matchback.answers.spec_words import (
    RECORD_STRUCTURE,
    delivery_words,
    format_words,
    rules_of,
)
from matchback.config_contracts import model_place
from matchback.intake.contracts import Contract, ContractColumn, feed_contract
from matchback.intake.reasons import RECORD_REASONS, as_declared
from matchback.intake.results_file import COLUMNS as RESULTS_COLUMNS
from matchback.intake.results_file import MESSAGES

if TYPE_CHECKING:
    from matchback.config import Config, Feed


_MARKS = (
    "A column marked *yes* must hold a value in every record; one marked *column* must be there, though its cells may "
    "be empty."
)
_SAFE_AGAIN = (
    "Sending a file or a record again is always safe: what is known already counts once, and is answered as "
    "`duplicate`."
)


@dataclass(frozen=True)
class Table:
    """Rows of text under headings."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Lines:
    """Text as it stands in a file."""

    text: str


Block = str | tuple[str, ...] | Table | Lines  # a paragraph, a list, a table, a sample


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class FileSpec:
    """A whole specification. In its words, what stands between backticks is to be typed as it is."""

    feed_id: str
    title: str
    lead: str
    version: str
    sections: tuple[Section, ...]


def file_spec(config: Config, feed: Feed) -> FileSpec:
    """Return the specification of a feed's files."""
    contract = feed_contract(feed)
    sections = [
        Section("Delivery", tuple(delivery_words(config, feed))),
        Section("Format", tuple(format_words(config, feed))),
        *_columns(config, feed, contract),
        *_events(config, feed),
        _record_rules(feed, contract),
        _answer(feed),
        _reasons(feed, contract),
    ]
    return FileSpec(
        feed_id=feed.id,
        title=f"File specification: {feed.id}",
        lead=f"What {config.workspace.name} expects in the files of the feed `{feed.id}` ({feed.kind}), and what it "
        "answers. Every file is checked against exactly this.",
        version=config.hash[:12],
        sections=tuple(section for section in sections if section.blocks),
    )


def _columns(config: Config, feed: Feed, contract: Contract) -> Iterator[Section]:
    named, further = listed_columns(feed, contract)
    fixed = tuple(f"`{name}` is always `{value}`; do not send it." for name, value in feed.constants.items())
    words = (
        "The header line names the columns; names are compared letter by letter, and their order does not matter."
        if feed.format.header
        else "There is no header line: the columns stand in this order."
    )
    if feed.format.type == "jsonl":
        words = "Every line is one JSON object; the names below are its keys."
    yield Section(
        "Columns",
        (
            f"{words} {_MARKS}",
            _table(config, feed, named),
            *((fixed,) if fixed else ()),
            "An example:",
            Lines(example_file(config, feed, named)),
        ),
    )
    if further and feed.format.type != "fixed":
        yield Section(
            "Further columns",
            (
                "These are read where they are sent, and may be left out. Any other column is ignored, and not kept.",
                _table(config, feed, further),
            ),
        )


def _table(config: Config, feed: Feed, columns: Sequence[ContractColumn]) -> Table:
    rows = []
    for column in columns:
        aliased = column.name in feed.columns.values()
        needed = (
            "yes" if column.required else "column" if aliased and column.name not in feed.optional else "no"
        )
        rules = " ".join(rules_of(config, feed, column))
        rows.append(
            (
                heading_of(feed, column),
                needed,
                column.description,
                rules,
                f"`{example_of(config, feed, column)}`",
            )
        )
    return Table(("Column", "Required", "Meaning", "Rules", "Example"), tuple(rows))


def _events(config: Config, feed: Feed) -> Iterator[Section]:
    if feed.kind != "events" or "event_name" in feed.constants:
        return
    rows = tuple(
        (
            f"`{event.name}`",
            event.label or event.name,
            ", ".join(f"`{name}`" for name in event.required) or "-",
            "may repeat" if event.repeatable else "once for an account",
        )
        for event in sorted(config.events, key=lambda event: (event.stage, event.name))
    )
    words = "These names are known."
    words += (
        " Others are taken too, and kept." if feed.custom_events else " A record with any other is refused."
    )
    yield Section("Event names", (words, Table(("Name", "Meaning", "Requires besides", "Repeats"), rows)))


def _record_rules(feed: Feed, contract: Contract) -> Section:
    """Say what makes a record the same, new or a correction."""
    identity = feed.identity if feed.identity is not None else list(contract.identity)
    shown = ", ".join(f"`{name}`" for name in identity)
    rules = [
        _SAFE_AGAIN,
        f"A record is told from others by {shown or 'all its columns'}.",
    ]
    if feed.kind in ONE_OF:
        shown = ", ".join(f"`{name}`" for name in ONE_OF[feed.kind])
        rules.append(f"Every record must hold at least one of {shown}.")
    if contract.conflicts:
        rules.append(
            "Two records that are the same by this and differ in content are in conflict: neither counts until a "
            "correction is sent. Every record of a conflict is answered as `conflict`."
        )
    if contract.column("action") is not None and "action" not in feed.constants:
        rules.append(
            "To correct a record, send it whole again with `action` = `correct` (and `corrected_at`, when it was "
            "corrected); to take it back, with `action` = `cancel`. One that comes before its original waits for it."
        )
    if feed.contract is not None:
        rules.append(
            f"Beyond these, the checks of `{model_place(feed.contract)[1]}` hold; ask for their description."
        )
    rules.append(
        f"If more than {feed.refuse_file_above} of the records are refused, the whole file is refused, and nothing of "
        "it is loaded."
    )
    return Section("Rules for records", (tuple(rules),))


def _answer(feed: Feed) -> Section:
    name = f"`{example_name(feed)}.results.csv`"
    place = (
        f"It is put into the folder `{feed.after.results_to}` beside the files, as {name}."
        if feed.after.results_to
        else f"It is kept for you, as {name}; ask for it, since this feed sends none back."
    )
    status = [
        ("`accepted`", "The record was taken."),
        ("`refused`", "The record was not taken; the message says why."),
    ]
    status += [(f"`{word}`", f"{text[0].upper()}{text[1:]}.") for word, text in MESSAGES.items() if text]
    lines = (
        f"It has one line for each record of yours, in your order: `{RESULTS_COLUMNS[0]}`, `{RESULTS_COLUMNS[1]}`, "
        "then your own columns. A file that cannot be read is answered by one line that says why."
    )
    return Section(
        "What comes back",
        (
            f"Every file is answered by a results file, as soon as it is read. {place}",
            lines,
            Table((RESULTS_COLUMNS[0], "Meaning"), tuple(status)),
        ),
    )


def _reasons(feed: Feed, contract: Contract) -> Section:
    named, further = listed_columns(feed, contract)
    possible = {reason for column in (*named, *further) for reason in column.reasons}
    possible |= {code for column in (*named, *further) for code in _added(feed, column)}
    possible = {as_declared(code, feed.format) for code in possible}
    if feed.kind == "events":
        possible |= {"missing_for_event"}
    if feed.kind in ONE_OF:
        possible |= {"missing_identifier"}
    possible |= {*RECORD_STRUCTURE, "file_refused"} if feed.format.type != "parquet" else {"file_refused"}
    if feed.contract is not None:
        possible.add("own_check")
    rows = tuple(
        (f"`{code}`", f"{words[0].upper()}{words[1:]}.")
        for code, words in RECORD_REASONS.items()
        if code in possible
    )
    return Section(
        "Why a record is refused",
        (
            f"One of {count(len(rows), 'reason')}, with the column that it speaks of:",
            Table(("Code", "Message"), rows),
        ),
    )


def _added(feed: Feed, column: ContractColumn) -> Iterator[str]:
    checks = feed.extra_columns.get(column.name) or feed.checks.get(column.name)
    if column.required:
        yield "missing"
    if column.extra:
        yield {
            "whole": "not_a_whole_number",
            "number": "not_a_number",
            "date": "not_a_date",
            "flag": "not_a_flag",
        }.get(column.type, "not_printable")
    if checks is None:
        return
    for given, code in (
        (checks.pattern, "not_in_pattern"),
        (checks.allowed, "not_one_of"),
        (checks.longest, "too_long"),
        (checks.at_least or checks.at_most, "out_of_range"),
    ):
        if given:
            yield code
