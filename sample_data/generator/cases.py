"""What must happen in each planted case, in one line: the table of README.md."""

from __future__ import annotations

CASES: dict[str, str] = {}
