"""What `doctor` finds: one thing that was looked at, whether it holds, and if not what to type next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matchback.errors import MatchbackError

MEND = "Mend matchback.toml and look again:  matchback doctor"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `status` is ok, failed, note or skipped; all but ok say what to do next."""

    subject: str
    status: str
    detail: str
    next_step: str = ""

    def __post_init__(self) -> None:
        assert self.status == "ok" or self.next_step, self.subject

    @classmethod
    def of(cls, subject: str, status: str, error: MatchbackError) -> Finding:
        """Return what a part that does not hold said itself."""
        return cls(subject, status, error.what.replace("\n", " "), error.next_step or MEND)

    @property
    def failed(self) -> bool:
        return self.status == "failed"

    def row(self) -> dict[str, Any]:
        """Return the finding as a row to print."""
        row = {"subject": self.subject, "status": self.status, "detail": self.detail}
        return row | {"next_step": self.next_step}


def told(findings: Sequence[Finding]) -> str:
    """Return the findings for people, one a line; what to do next stands below a finding."""
    subjects = max(len(finding.subject) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{finding.subject:<{subjects}}  {finding.status:<7}  {finding.detail}")
        for number, step in enumerate(finding.next_step.splitlines()):
            lines.append(f"{'':<{subjects}}  {'':<7}  {' ' if number else '→'} {step}")
    return "\n".join(lines)
