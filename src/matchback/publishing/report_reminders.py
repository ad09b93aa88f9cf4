"""The report page's section of reminders: whom to ask, of what, and who must not be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchback.publishing.report_drawings import Drawings
from matchback.publishing.report_html import Measured, card, figure, pair, section, table, whole_table

Row = Mapping[str, Any]
Rows = Sequence[Row]
KINDS = {
    "coupon_unused": "Coupon not used",
    "qualify_by": "Deadline to qualify",
    "not_funded": "Account not funded",
}
SUPPRESSED = {"opted_out": "opted out", "no_consent": "no consent", "no_person": "nobody known to ask"}


def reminders(draw: Drawings, rows: Rows) -> str:
    """How many reminders stand, how many are due for the first time, and how many must not be sent."""
    named = [{**row, "label": KINDS.get(row["reminder"], row["reminder"].replace("_", " "))} for row in rows]
    listed = table(
        [
            "Reminder",
            "Program",
            Measured("To send", "report_reminders.suppressed"),
            Measured("New today", "report_reminders.due_on"),
            Measured("A week left", "report_reminders.days_left"),
            Measured("Suppressed", "report_reminders.reason_code"),
        ],
        [
            [
                row["label"],
                row["program"],
                *(row[name] for name in ("to_send", "new_today", "within_week")),
                row["reminders"] - row["to_send"],
            ]
            for row in named
        ],
        words=2,
    )
    return section(
        "Whom to remind",
        "What stands today. A reminder stands until its cause is gone; new today are those due for the first time. "
        "Who it is and until when it helps is in the table report_reminders.",
        pair(
            figure(
                Measured("To send", "report_reminders.suppressed"),
                draw.bars(_bars(named), label="label", value="n", words="words", color="second"),
            ),
            figure(
                Measured("Must not be sent", "report_reminders.reason_code"),
                draw.bars(_kept(named), label="label", value="n", words="words", color="fourth"),
            ),
        )
        + (
            card(f'{listed}<p class="quiet cut">The list to send: {whole_table("report_reminders")}</p>')
            if rows
            else ""
        ),
    )


def _bars(rows: Rows) -> list[dict[str, Any]]:
    return [
        {"label": label, "n": total, "words": f"{total:,}"}
        for label in dict.fromkeys(row["label"] for row in rows)
        for total in [sum(row["to_send"] for row in rows if row["label"] == label)]
    ]


def _kept(rows: Rows) -> list[dict[str, Any]]:
    """Count those who must not be asked, by reason; a reason without anybody is left out."""
    totals = {words: sum(row[name] for row in rows) for name, words in SUPPRESSED.items()}
    return [{"label": words, "n": total, "words": f"{total:,}"} for words, total in totals.items() if total]
