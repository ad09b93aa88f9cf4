"""What a file specification says in words: where files go, how they are written, what each kind of column may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from matchback.answers.spec_delivery import example_name, limit_rules, list_rules, ready_rules, trailer_rules
from matchback.intake.contract_columns import LONGEST, MOST_WHOLE_DIGITS
from matchback.intake.hashed_lists import HASHED_KINDS, profile_of

if TYPE_CHECKING:
    from matchback.config import Config, Feed, FileFormat
    from matchback.config_contracts import ColumnChecks
    from matchback.intake.contracts import ContractColumn

RECORD_STRUCTURE = (
    "column_count",
    "bad_quoting",
    "unclosed_quote",
    "stray_line_end",
    "record_too_long",
    "bad_encoding",
)
_DATE = re.compile(r"\{date:([^}]+)\}")
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16, with a byte order mark",
    "latin-1": "ISO 8859-1 (Latin 1)",
    "cp1252": "Windows code page 1252",
}
_COMPRESSIONS = {
    "gzip": "with gzip",
    "zstd": "with Zstandard",
    "zip": "as a zip file that holds exactly one file",
}
_DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
}
_DAYS["sun"] = "Sunday"
_DATE_WORDS = {
    "iso": "ISO 8601: `YYYY-MM-DD`.",
    "day_first": "Day, month and year, such as `07.11.2026`, `7/11/2026` or `7-11-2026`.",
    "month_first": "Month, day and year, such as `11/07/2026`, `11-7-2026` or `11.7.2026`.",
    "compact": "Year, month and day in eight digits, such as `20261107`.",
    "epoch_seconds": "Whole seconds since 1970 (UTC), such as `1794079800`.",
    "epoch_milliseconds": "Whole milliseconds since 1970 (UTC), such as `1794079800000`.",
}


def delivery_words(config: Config, feed: Feed) -> Iterator[str | tuple[str, ...]]:
    """Say where files go, what they are called, and when."""
    from matchback.intake.sources import address

    place = address(feed.source)
    yield (
        f"Put each file into `{place}`."
        if "://" in place
        else f"Files are taken from the folder `{place}` of the workspace."
    )
    rules = [
        f"File name: `{_DATE.sub(lambda found: _spelled(found[1]), feed.pattern)}`, for example `{example_name(feed)}`."
    ]
    if "*" in feed.pattern:
        rules.append("`*` stands for anything, for instance a number where a day has several files.")
    if "{date" in feed.pattern:
        rules.append(
            "The date is the day that the file speaks for; its records are counted from that day on."
        )
    rules.append("Give a file its name only when it is whole: write it under another name, then rename it.")
    rules.append("A file that has changed since it was read is another file, and is read again.")
    rules += _test_rules(feed)
    if feed.folders_below:
        rules.append(f"Files may lie in folders of yours there, at most {feed.folders_below} deep.")
    rules += [*ready_rules(feed), *list_rules(feed)]
    after = feed.after
    if after.move_to:
        rules.append(f"A file that was taken is moved into the folder `{after.move_to}`.")
    elif after.delete:
        rules.append("A file that was taken is deleted.")
    else:
        rules.append("A file that was taken stays where it is.")
    yield tuple(rules)
    words = _when(feed)
    if words:
        yield f"{words} Times are those of {config.workspace.time_zone}."
    size = _size_words(feed)
    if size:
        yield size


def _test_rules(feed: Feed) -> Iterator[str]:
    """Say which files are taken for tests, and wait."""
    from matchback.intake.held_tests import name_marks

    marks = name_marks(feed)
    if marks:
        words = " or ".join(f"`{word}`" for word in marks)
        yield f"A file whose name holds the word {words} is taken for a test: it waits, and you are asked about it."


def _spelled(directives: str) -> str:
    return "".join(
        {"%Y": "YYYY", "%m": "MM", "%d": "DD", "%y": "YY"}.get(part, part)
        for part in re.split(r"(%.)", directives)
    )


def _when(feed: Feed) -> str:
    expect = feed.expect
    if expect is None or not (expect.on or expect.by):
        return ""
    days = _days(expect.on) if expect.on else "every day"
    by = f", by {expect.by}" if expect.by else ""
    return f"A file is expected {days}{by}."


def _days(on: str) -> str:
    if on in ("mon-sun", "daily"):
        return "every day"
    parts = []
    for part in on.split(","):
        first, _, last = part.strip().partition("-")
        parts.append(f"{_DAYS[first]} to {_DAYS[last]}" if last else f"on {_DAYS[first]}")
    return ", ".join(parts)


def _size_words(feed: Feed) -> str:
    """Say how large a file is expected to be."""
    expect = feed.expect
    if expect is None or not expect.records:
        return ""
    least, _, most = expect.records.partition("..")
    return (
        f"A file is expected to hold {int(least):,} to {int(most):,} records; another number is asked about."
    )


def format_words(config: Config, feed: Feed) -> Iterator[tuple[str, ...]]:
    """Say how a file is written, packed and sealed."""
    form = feed.format
    rules = list(_type_words(feed))
    if form.type != "parquet":
        rules.append(f"Encoding: {_ENCODINGS.get(form.encoding, form.encoding.upper())}.")
    if form.skip_lines:
        rules.append(f"The first {form.skip_lines} lines are left out.")
    rules += trailer_rules(form)
    if form.missing:
        rules.append("A cell that holds " + ", ".join(f"`{word}`" for word in form.missing) + " is empty.")
    if form.compression != "none":
        rules.append(f"The file is compressed {_COMPRESSIONS[form.compression]}.")
    if form.pgp is not None:
        rules.append(
            "The file is encrypted to our PGP key, and signed by yours. One without a valid signature is not read."
        )
    rules += limit_rules(form)
    rules.append("A cell is empty when it has no characters or spaces only.")
    if feed.time_zone and feed.time_zone != config.workspace.time_zone:
        rules.append(f"Times without an offset are read in {feed.time_zone}.")
    yield tuple(rules)


def _type_words(feed: Feed) -> Iterator[str]:
    form = feed.format
    if form.type == "parquet":
        yield "Apache Parquet. Columns may be text or of the fitting type; their names are compared letter by letter."
        yield (
            "None of the columns listed here may hold lists, structures or bytes; other columns that do are left out "
            "of the results file."
        )
    elif form.type == "jsonl":
        yield "JSON lines: one object a line."
    elif form.type == "fixed":
        yield (
            "Fixed width, one record a line: "
            + ", ".join(
                f"{name or 'filler'} {width or 'the rest'}"
                for name, width in zip(form.columns or [], form.widths or [], strict=False)
            )
            + "."
        )
    else:
        names = {",": "comma", "|": "pipe", "\t": "tab", ";": "semicolon"}
        separator = form.separator
        yield f"Text, one record a line, columns separated by {names.get(separator, 'the character')} (`{separator}`)."
        if form.quote:
            how = "doubled" if form.escape in ("", form.quote) else f"written after `{form.escape}`"
            yield f"A value with a separator, a quote or a line end stands in `{form.quote}`; a quote in it is {how}."
        else:
            yield "Values are not quoted: none may hold a separator or a line end."


def rules_of(config: Config, feed: Feed, column: ContractColumn) -> Iterator[str]:
    """Say what a column may hold: by its type, then by what this feed adds."""
    zone = feed.time_zone or config.workspace.time_zone
    of_type = {
        "text": f"Text, at most {LONGEST} characters.",
        "time": _time_words(feed.format.times, zone),
        "date": _DATE_WORDS[feed.format.times],
        "money": _money_words(feed.format),
        "currency": f"ISO 4217; `{feed.currency or config.workspace.currency}` where empty.",
        "flag": "`true` or `false` (also `yes`, `no`, `y`, `n`, `1`, `0`).",
        "whole": "A whole number.",
        "id": "A whole number.",
        "number": "Digits and a point; no separators or exponents.",
    }
    if column.type == "identifier":
        yield _identifier_words(config, feed, column)
    elif column.type == "choice" and not column.extra:
        words = "One of " + ", ".join(f"`{word}`" for word in column.choices) + "."
        yield words + (f" Empty means `{column.default}`." if column.default else "")
    elif column.name == "event_name":
        yield "One of the event names below." if not feed.custom_events else of_type["text"]
    elif column.type in of_type:
        yield of_type[column.type]
    checks = feed.extra_columns.get(column.name) or feed.checks.get(column.name)
    if checks is not None:
        yield from _added_words(checks)


def _time_words(times: str, zone: str) -> str:
    if times.startswith("epoch"):
        return _DATE_WORDS[times]
    if times == "iso":
        return f"ISO 8601, such as `2026-11-07T14:30:00-05:00`; without an offset, in {zone}. A date alone will do."
    return f"{_DATE_WORDS[times]} A time may follow, such as `T14:30:00-05:00`; without an offset, in {zone}."


def _money_words(form: FileFormat) -> str:
    point = {".": "a point", ",": "a comma"}[form.decimal]
    signs = "signs of currency or exponents"
    between = (
        f"between thousands `{form.thousands}` or nothing; no {signs}"
        if form.thousands
        else f"no separators, {signs}"
    )
    return (
        f"Digits and {point}, at most {MOST_WHOLE_DIGITS} before it; no more places than the currency has; "
        f"{between}."
    )


def _added_words(checks: ColumnChecks) -> Iterator[str]:
    if checks.allowed:
        yield "Only " + ", ".join(f"`{word}`" for word in checks.allowed) + "."
    if checks.pattern:
        yield f"Must match `{checks.pattern}`."
    if checks.longest:
        yield f"At most {checks.longest} characters."
    if checks.at_least and checks.at_most:
        yield f"From {checks.at_least} to {checks.at_most}."
    elif checks.at_least:
        yield f"At least {checks.at_least}."
    elif checks.at_most:
        yield f"At most {checks.at_most}."


def _hash_words(config: Config, kind: str) -> str:
    of, algorithm = HASHED_KINDS[kind]
    what = {
        "exact": "one address as it is written",
        "lower": "one address in lower case",
        "google": "one address in lower case, of gmail.com and googlemail.com without dots before the at sign and "
        "without what follows a plus sign",
    }[profile_of(kind, config.identifiers.email)]
    if of == "phone":
        what = "one number with its country code and nothing but digits, such as 12155550142 or +12155550142"
    names = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}
    return f"The {names[algorithm]} of {what}, without blanks; in hex or base64. Of any other text it matches nobody."


def _identifier_words(config: Config, feed: Feed, column: ContractColumn) -> str:
    if column.identifier in HASHED_KINDS:
        return _hash_words(config, column.identifier)
    if column.identifier == "email":
        return "One address. Case does not matter."
    if column.identifier == "phone":
        home = feed.country or config.workspace.country
        if home == "none":
            return "One number with `+` and its country code, such as `+12155550142`."
        return f"One number with its area code; with `+` and its country code where it is not a number of {home}."
    return f"Text, at most {LONGEST} characters; never as a spreadsheet makes a number of it, `1.23E+15` or `1234.0`."
