"""Settings of a program that ask for each other: one without the other would silently do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matchback.config import Program


def half_pairs(programs: Sequence[Program]) -> list[str]:
    """Return a problem for each setting that has no effect without another one, which is missing.

    Read where a configuration is written, never where an archived one is read back: what ran once can be replayed.
    """
    return [
        f"  programs.{place}.{problem}"
        for place, program in enumerate(programs)
        for problem in _half_pairs(program)
    ]


def _half_pairs(program: Program) -> list[str]:
    days, is_named = program.recent_customer_days, "recent_customer" in program.ineligible
    problems = []
    if is_named and days is None:
        problems.append("ineligible: recent_customer judges nobody without recent_customer_days; set both.")
    if days is not None and not is_named:
        problems.append(
            "recent_customer_days: judges nobody unless ineligible names recent_customer; set both."
        )
    if days is not None and days < 1:
        problems.append("recent_customer_days: is a number of days from 1 on.")
    return problems
