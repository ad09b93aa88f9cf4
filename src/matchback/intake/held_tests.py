"""Tells a test file that was laid among the real ones: by a word in its name, or by the addresses that it holds.

Such a file waits for an operator, as one does that the arrival calendar did not expect. The words of a name are told
apart by signs, digits and capitals, so that neither `latest` nor `attestation` is a test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from matchback.intake.arrivals import Finding
from matchback.intake.staging import IDENTIFIERS, StagedFile
from matchback.intake.staging_files import frames_of

if TYPE_CHECKING:
    from matchback.config import Feed

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
TEST_CONTAINER = "test"


def marks_of_tests(feed: Feed, delivered_name: str, staged: StagedFile) -> list[Finding]:
    """Return what makes a valid file look like a test; nothing for a feed whose records are tests anyway."""
    if _is_for_tests(feed):
        return []
    return [*_by_name(feed, delivered_name), *_by_addresses(feed, staged)]


def name_marks(feed: Feed) -> list[str]:
    """Return the words that mark a file of the feed as a test, without those that every name of it has."""
    if _is_for_tests(feed):
        return []
    return sorted({word.lower() for word in feed.hold_tests.names} - set(_words(feed.pattern)))


def _is_for_tests(feed: Feed) -> bool:
    return feed.constants.get("container", "").lower() == TEST_CONTAINER


def _by_name(feed: Feed, name: str) -> Iterator[Finding]:
    words = _words(name.rpartition("/")[2])
    for word in name_marks(feed):
        if word in words:
            yield Finding("test_name", word)


def _by_addresses(feed: Feed, staged: StagedFile) -> Iterator[Finding]:
    """Count the file's addresses, each once; the share alone is told."""
    import polars as pl

    domains = feed.hold_tests.domains
    if not domains:
        return
    ends = "|".join(re.escape(domain.lower()) for domain in domains)
    is_test = pl.col("value").str.to_lowercase().str.contains(rf"[@.](?:{ends})$")
    addresses = tests = 0
    for frame in frames_of(staged.folder / IDENTIFIERS):
        own = frame.filter(pl.col("kind").cast(pl.String) == "email")
        addresses += own.height
        tests += own.select(is_test.sum()).item()
    if addresses and tests >= addresses * feed.hold_tests.share_of_addresses:
        yield Finding("test_addresses", f"{tests:,} of {addresses:,}")


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name)]
