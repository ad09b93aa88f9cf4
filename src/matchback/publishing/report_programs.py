"""The report page's section of programs: their totals, and how they go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matchback.answers.printing import money
from matchback.publishing.report_html import Measured, card, more, section, table
from matchback.publishing.report_words import bps, hundredths, rate

Row = Mapping[str, Any]
Rows = Sequence[Row]


def programs(programs: Rows, recent: Rows) -> str:
    """Each program's totals and last days."""
    totals = table(
        [
            "Program",
            Measured("Shares", "report_program_days.shares"),
            Measured("Clicks", "report_program_days.clicks"),
            Measured("Journeys", "report_program_days.judged_journeys"),
            Measured("Recognized", "report_program_days.conversions"),
            Measured("Rate", "report_program_days.recognition_rate_bps"),
            Measured("New customers", "report_program_days.new_customers"),
            Measured("Amount", "report_program_days.revenue_minor"),
            Measured("Per friend", "report_program_days.purchase_frequency_hundredths"),
        ],
        [
            [
                row["program"],
                row["shares"],
                row["clicks"],
                row["judged_journeys"],
                row["recognized_journeys"],
                rate(row["recognized_journeys"], row["judged_journeys"])
                if row["recognized_journeys"]
                else "–",
                row["new_customers"],
                money(row["revenue_minor"], row["currency"]),
                hundredths(row["purchase_frequency_hundredths"]),
            ]
            for row in programs
        ],
    )
    return section(
        "Programs",
        "Rate is recognized journeys of all journeys. Amount adds up the recognized events in the workspace’s "
        "currency. Per friend is recognized journeys per recognized friend to date. Conversion is a day’s recognized "
        "journeys by the friends who clicked on that day.",
        card(totals) + card(more("Key figures of the last seven days", _recent(recent))),
    )


def _recent(recent: Rows) -> str:
    return table(
        [
            "Day",
            "Program",
            Measured("Clickers", "report_program_days.clickers"),
            Measured("Journeys", "report_program_days.judged_journeys"),
            Measured("Recognized", "report_program_days.conversions"),
            Measured("Conversion", "report_program_days.conversion_rate_bps"),
            Measured("New customers", "report_program_days.new_customers"),
            Measured("Amount", "report_program_days.revenue_minor"),
        ],
        [
            [
                row["day_on"].isoformat(),
                row["program"],
                row["clickers"],
                row["judged_journeys"],
                row["conversions"],
                bps(row["conversion_rate_bps"]),
                row["new_customers"],
                money(row["revenue_minor"], row["currency"]),
            ]
            for row in recent
        ],
        words=2,
    )
