"""Operator problems: exceptions that say what failed, what state is left and what to type next.

Data problems are values (refusals), never exceptions; bugs are asserts. No message here ever quotes the value
of a record or the text of a database, Pandera or pandas error: those quote personal data.
"""

from __future__ import annotations


class MatchbackError(Exception):
    """A problem that the operator can act on.

    `what` says what failed and on which file, `state` what is left behind, `next_step` what to type next.
    """

    exit_code = 1

    def __init__(self, what: str, *, state: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.state = state
        self.next_step = next_step

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.state, self.next_step) if part)


class ConfigurationError(MatchbackError):
    """Wrong usage or configuration: a missing file, an unknown key, a wrong secret, unaccepted terms."""

    exit_code = 2


class WarehouseLocked(MatchbackError):
    """Another process writes to this workspace's warehouse."""


class WarehouseDamaged(MatchbackError):
    """The warehouse disagrees with the journal: it is older than what was committed, or does not open."""


class JournalBroken(MatchbackError):
    """The journal's hash chain does not hold."""


class SourceFailed(MatchbackError):
    """A source could not be reached or listed."""


class CheckFailed(MatchbackError):
    """An invariant does not hold; nothing was published."""
