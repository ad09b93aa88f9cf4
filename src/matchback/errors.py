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


class WriterOvertaken(MatchbackError):
    """Another writer has committed since this one opened the warehouse; it may commit nothing more."""


class NightsOverlap(MatchbackError):
    """A scheduler has begun a night while an earlier one of the workspace goes on."""


class WarehouseLocked(MatchbackError):
    """Another process writes to this workspace's warehouse."""

    @classmethod
    def elsewhere(cls) -> WarehouseLocked:
        """Return the refusal to write to a file that a program other than Matchback holds open."""
        return cls(
            "Another program holds the warehouse file open.",
            state="Nothing was changed.",
            next_step="Close it (published tables can be read at any time) and run again.",
        )


class WarehouseDamaged(MatchbackError):
    """The warehouse disagrees with the journal: it is older than what was committed, or does not open."""

    @classmethod
    def unopenable(cls) -> WarehouseDamaged:
        """Return the failure to open the file at all."""
        return cls(
            "The warehouse file cannot be opened.",
            state="Nothing was changed.",
            next_step="Restore the workspace from a backup.",
        )


class WarehouseOfAnotherVersion(MatchbackError):
    """The warehouse's tables are not those of this version of Matchback."""

    @classmethod
    def found(cls) -> WarehouseOfAnotherVersion:
        """Return the refusal to write into tables that have other columns than this version's."""
        return cls(
            "The warehouse was made by another version of Matchback, with other columns in its tables.",
            state="Nothing was changed.",
            next_step="Run it with the version that made it; versions before the first release cannot be upgraded.",
        )


class JournalBroken(MatchbackError):
    """The journal's hash chain does not hold."""


class SourceFailed(MatchbackError):
    """A source could not be reached or listed."""


class CheckFailed(MatchbackError):
    """An invariant does not hold; nothing was published."""


class DatabaseFailed(MatchbackError):
    """The database refused a statement; which one is said, its own words are not: they can quote records.

    `kind` is the name of the database's error.
    """

    kind = ""

    @classmethod
    def at(cls, what: str, error: Exception) -> DatabaseFailed:
        """Return the failure of a statement; of the database's error only its kind is said."""
        failure = cls(
            f"The database failed at {what} ({type(error).__name__}).",
            state="The step was rolled back; what earlier steps did stands.",
            next_step="Run again; if it fails again, run with --debug on the machine that holds the data.",
        )
        failure.kind = type(error).__name__
        return failure
