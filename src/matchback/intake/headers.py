"""Maps the header of a file to the contract's columns: by name only, letter by letter, and never by a guess.

A name that is nearly that of a column refuses the file: what it holds would otherwise be dropped without a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matchback.intake.records import UnreadableFile

if TYPE_CHECKING:
    from matchback.config import Feed
    from matchback.intake.contracts import Contract

MOST_NAMES = 20
MOST_LETTERS = 256
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_ -]{0,63}")
_NESTED_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_ .-]{0,63}")
_SHORT_ID = re.compile(r"[A-Za-z]{1,3}[ _-]?[0-9]+")
_DATA = re.compile(r"@|[0-9]{5}")
_LETTERS = re.compile(r"[^0-9a-z]+")
# letters of other alphabets that look like Latin ones, in small letters
_LOOK_ALIKES = str.maketrans("авгеіјкмнорѕстухһαειοκνρτυχ", "abreijkmhopsctyxhaeiokvptux")


@dataclass(frozen=True)
class HeaderMap:
    """Which column of the file fills which column of the contract, and the names that nothing takes."""

    names: dict[str, str]
    unknown: tuple[str, ...]

    def source_of(self, column: str) -> str | None:
        """Return the file's name of a contract column."""
        return next((name for name, target in self.names.items() if target == column), None)


def map_header(header: Sequence[str], feed: Feed, contract: Contract) -> HeaderMap:
    """Match the header with the declared names, exactly; raises UnreadableFile naming what is missing.

    Names of the file's own are never quoted in a refusal: where the header is missing they are somebody's data.
    """
    names: dict[str, str] = {}
    unknown: dict[int, str] = {}
    for position, name in enumerate(header, start=1):
        if name in feed.ignore:
            continue
        target = feed.columns.get(name) or (name if contract.column(name) else None)
        if target is None:
            unknown[position] = name
            continue
        if target in names.values() or name in names:
            raise UnreadableFile("repeated_column", f"column {position} is {target} again")
        names[name] = target
    given = {*names.values(), *feed.constants}
    _refuse_missing(given, bool(names), _nearly_named(unknown, given, feed, contract), feed, contract)
    return HeaderMap(names, tuple(unknown.values()))


def _refuse_missing(
    given: set[str], any_named: bool, nearly: dict[int, str], feed: Feed, contract: Contract
) -> None:
    """Refuse a header that lacks what every record needs, names nothing of the contract, or nearly names a column."""
    missing = []
    for column in contract.columns:
        aliases = [alias for alias, target in feed.columns.items() if target == column.name]
        needed = column.required or (aliases and column.name not in feed.optional)
        if needed and column.name not in given:
            missing.append(" or ".join(aliases) if aliases else column.name)
    named = list(missing)
    for group in contract.alternatives:
        if not given & set(group):
            missing.append("at least one of " + ", ".join(_names_of(group, feed)))
            named += _names_of(group, feed)
    if not any_named and not missing:
        missing.append("every column of the contract")
    if not missing and not nearly:
        return
    missing += [name for name in dict.fromkeys(nearly.values()) if name not in named]
    words = ", ".join(missing) + " (names are compared letter by letter)"
    if nearly:
        places = ", ".join(f"column {position} is nearly {name}" for position, name in nearly.items())
        words += (
            f"; {places}: the sender writes the name so, or the operator declares the one in the file in its feed, "
            "under columns, or under ignore if it is something else"
        )
    raise UnreadableFile("missing_column", words)


def _names_of(columns: Sequence[str], feed: Feed) -> list[str]:
    """Return the names under which a file can give the columns."""
    aliases = [alias for alias, target in feed.columns.items() if target in columns]
    return [*columns, *(alias for alias in aliases if alias not in columns)]


def _nearly_named(unknown: dict[int, str], given: set[str], feed: Feed, contract: Contract) -> dict[int, str]:
    """Return which unknown columns are called like one that is not given, but for case, blanks, signs or alphabet."""
    wanted: dict[str, str] = {}
    targets = {**{column.name: column.name for column in contract.columns}, **feed.columns}
    for name, target in targets.items():
        if target not in given:
            wanted.setdefault(_letters(name), name)
    found = {
        position: wanted.get(_letters(name))
        for position, name in unknown.items()
        if len(name) <= MOST_LETTERS
    }
    return {position: name for position, name in list(found.items()) if name}


def _letters(name: str) -> str:
    """Return the letters and digits of a name, as a reader sees them."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_LOOK_ALIKES)
    return _LETTERS.sub("", folded)


def shown_names(names: Sequence[str], nested: Sequence[str] = (), *, show: bool = True) -> str:
    """Return names of the sender's columns for people; what does not look like a name could be somebody's data.

    `nested` are paths of keys. One name that is plainly a value makes all of them suspect, and so does `show = False`.
    """
    count = len(names) + len(nested)
    plain = [name for name in names if _NAME.fullmatch(name)]
    plain += [name for name in nested if _NESTED_NAME.fullmatch(name)]
    plain = [name for name in plain if not _SHORT_ID.fullmatch(name)]
    if not show or any(_DATA.search(name) for name in (*names, *nested)):
        plain = []
    words = plain[:MOST_NAMES]
    hidden = count - len(words)
    if not words:
        return f"{hidden} that {'is' if hidden == 1 else 'are'} not shown"
    return ", ".join(words + ([f"{hidden} more that are not shown"] if hidden else []))
