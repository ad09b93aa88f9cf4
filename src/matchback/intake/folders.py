"""Folders that feeds share: whose files and sub-folders lie there, and which files two feeds would both take away."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchback.config import Config, Feed

_ANY = frozenset(map(chr, range(32, 127))) | {
    "\N{LATIN SMALL LETTER E WITH ACUTE}"
}  # one for all other letters
_DIGITS = frozenset("0123456789")
_DIRECTIVE_DIGITS = {"Y": 4, "j": 3}
_TOKEN = re.compile(r"\{date:([^}]*)\}|(.)", re.DOTALL)

Letters = frozenset[str] | None  # None: any letters, any number of them


def place_of(source: str, connection: str | None) -> tuple[str, str | None]:
    """Return what feeds of one folder have in common."""
    scheme, separator, path = source.rpartition("://")
    return scheme + separator + posixpath.normpath(path), connection


def sharing(config: Config, feed: Feed) -> list[Feed]:
    """Return the feeds that take from a feed's folder, itself among them."""
    place = place_of(feed.source, feed.connection)
    return [other for other in config.feeds if place_of(other.source, other.connection) == place]


def own_folders(config: Config, feed: Feed) -> frozenset[str]:
    """Return the names of folders in a feed's folder that the configuration speaks of, and nobody need wonder at."""
    root, connection = place_of(feed.source, feed.connection)
    places = [place_of(other.source, other.connection) for other in config.feeds]
    for other in sharing(config, feed):
        folders = [folder for folder in (other.after.move_to, other.after.results_to) if folder]
        places += [(posixpath.normpath(posixpath.join(root, folder)), connection) for folder in folders]
        places += [place_of(folder, connection) for folder in folders]  # a local one may be named in full
    if config.payout.to:
        places.append(place_of(config.payout.to, config.payout.connection))
    below = f"{root.rstrip('/')}/"
    return frozenset(
        path.removeprefix(below).partition("/")[0]
        for path, by in places
        if by == connection and path.startswith(below)
    )


def contested(config: Config) -> Iterator[tuple[Feed, Feed]]:
    """Yield the pairs of feeds of one folder whose patterns can match one name, if either takes its files away."""
    for number, feed in enumerate(config.feeds):
        for other in config.feeds[number + 1 :]:
            takes = any(each.after.move_to or each.after.delete for each in (feed, other))
            if takes and other in sharing(config, feed) and overlap(feed.pattern, other.pattern):
                yield feed, other


def contested_words(feed: Feed, other: Feed) -> str:
    """Return a warning of two such feeds."""
    return (
        f"The feeds {feed.id} and {other.id} share a folder, a file there can match the patterns of both, and what one "
        "has moved or deleted the other may never see"
    )


def overlap(pattern: str, other: str) -> bool:
    """Tell whether some name matches both patterns."""
    one, two = _letters(pattern), _letters(other)
    reached, ahead = set[tuple[int, int]](), [(0, 0)]
    while ahead:
        at = ahead.pop()
        if at in reached:
            continue
        reached.add(at)
        mine, theirs = at
        if mine == len(one) and theirs == len(two):
            return True
        left = one[mine] if mine < len(one) else frozenset()
        right = two[theirs] if theirs < len(two) else frozenset()
        if left is None:
            ahead += [(mine + 1, theirs)] + [(mine, theirs + 1)] * (theirs < len(two))
        if right is None:
            ahead += [(mine, theirs + 1)] + [(mine + 1, theirs)] * (mine < len(one))
        if left and right and left & right:
            ahead.append((mine + 1, theirs + 1))
    return False


def _letters(pattern: str) -> list[Letters]:
    """Return what may stand at each place of a name."""
    found: list[Letters] = []
    for match in _TOKEN.finditer(pattern):
        if match[2] is not None:
            found.append({"*": None, "?": _ANY}.get(match[2], frozenset(match[2])))
            continue
        for directive, letter in re.findall(r"%(.)|(.)", match[1]):
            found += [_DIGITS] * _DIRECTIVE_DIGITS.get(directive, 2) if directive else [frozenset(letter)]
    return found
