"""A sweep in plain words: a line for each value of a term, each compared with the terms in force."""

from __future__ import annotations

from typing import Any

from matchback.answers.printing import as_columns
from matchback.answers.simulate_text import Data, amount, changed_terms, heading

IN_FORCE = "in force"  # the first line of a sweep


def sweep_text(data: Data) -> str:
    """Return what a sweep prints: a line for each value."""
    parts = [heading(data), changed_terms(data), as_columns(sweep_rows(data)), sweep_words(data)]
    return "\n\n".join(part for part in parts if part)


def sweep_rows(data: Data) -> list[dict[str, Any]]:
    """Return a sweep as rows of a table: the terms in force first, then each value."""
    lines = [(IN_FORCE, data["now"]), *((line["value"], line) for line in data["values"])]
    currencies = sorted({row["currency"] for _, line in lines for row in line["rewards"]})
    rows = []
    for value, line in lines:
        totals = line["recognitions"]
        row: dict[str, Any] = {
            data["key"]: value,
            "recognized": totals["then_count"],
            "gained": totals["gained"],
            "lost": totals["lost"],
            "other advocate": totals["changed_advocate"],
            "friends": totals["changed_friends"],
        }
        for currency in currencies:
            due = [reward for reward in line["rewards"] if reward["currency"] == currency]
            row[f"due {currency}"] = amount(sum(reward["then_minor"] for reward in due), currency)
            row[f"lost {currency}"] = amount(sum(reward["lost_minor"] for reward in due), currency)
            row[f"of it stays {currency}"] = amount(
                sum(reward["lost_stays_minor"] for reward in due), currency
            )
        rows.append(row)
    return rows


def sweep_words(data: Data) -> str:
    """Return how to read the lines of a sweep."""
    return (
        "Each line is compared with the terms in force. Due is what is promised on that day, posted or not.\n"
        "What stays is issued already, or held by a conflict: no other terms take it back.\n"
        f"To see a line whole:  {_again(data)}"
    )


def _again(data: Data) -> str:
    key = str(data["key"])
    value = data["values"][-1]["value"]
    if key.startswith("look_back_days."):
        return f"--look-back {key.removeprefix('look_back_days.')}={value}"
    return f"--tie-break {value}" if key == "tie_break" else f"--config FILE with {key} = {value}"
