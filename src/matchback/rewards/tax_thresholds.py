"""The yearly totals from which a tax form is due, as a small table; the figures stand in `tax_thresholds.toml`."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from matchback.rewards.conditions import to_minor

CURRENCY = "USD"  # the forms count dollars


def threshold_rows() -> list[dict[str, Any]]:
    """Return each form's thresholds: form, from_year, until_year (None: still in force), currency, threshold_minor."""
    given = sorted(_figures()["thresholds"], key=lambda row: (row["form"], row["from_year"]))
    rows = []
    for row, following in zip(given, [*given[1:], None], strict=True):
        ends = following is not None and following["form"] == row["form"]
        rows.append(
            {
                "form": row["form"],
                "from_year": row["from_year"],
                "until_year": following["from_year"] - 1 if ends else None,
                "currency": CURRENCY,
                "threshold_minor": to_minor(Decimal(row["at_least"]), CURRENCY),
            }
        )
    return rows


def known_through() -> int:
    """Return the last tax year whose figures were looked up."""
    return int(_figures()["through"])


@cache
def _figures() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("tax_thresholds.toml").read_text(encoding="utf-8"))
