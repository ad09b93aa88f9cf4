"""The report page: one self-contained file that a marketing head opens, reads on a phone, and prints.

It loads nothing: charts are drawings inside the page, made while publishing; its one script sorts and filters tables,
and the content security policy allows that script and its own style sheet only. Every value is escaped. All figures
come from the version that it lies in, and each links to what it means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

from matchback.answers.printing import count
from matchback.publishing.report_customers import advocates, customers
from matchback.publishing.report_deliveries import deliveries
from matchback.publishing.report_drawings import SIMPLE, Drawings, drawings
from matchback.publishing.report_html import Measured, card, contents, tiles
from matchback.publishing.report_journeys import channels, funnel
from matchback.publishing.report_key_figures import key_figures
from matchback.publishing.report_measures import measures
from matchback.publishing.report_operations import lags
from matchback.publishing.report_payouts import payouts
from matchback.publishing.report_programs import programs
from matchback.publishing.report_reminders import reminders
from matchback.publishing.report_rewards import coming, rewards, taken_back
from matchback.publishing.report_sections import recognition, unrecognized
from matchback.publishing.report_shell import shell
from matchback.publishing.report_words import day_words, sums, title_words

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

Row = Mapping[str, Any]
Rows = Sequence[Row]


@dataclass(frozen=True)
class PageHead:
    """What the page says about itself."""

    workspace: str
    as_of: date
    version_id: str
    journal_number: int
    config_hash: str
    code_version: str


def report_page(published: Warehouse, head: PageHead, draw: Drawings | None = None) -> str:
    """Return the page of an open published version; `draw` is who draws, by default whoever is installed."""
    draw = draw or drawings()
    parts = [_header(head), *report_parts(published, head.as_of, draw), _footer(head, draw)]
    title = f"{title_words(head.workspace)}: referral report of {head.as_of.isoformat()}"
    return shell(title, "\n".join(parts), script="page.js")


def report_parts(published: Warehouse, as_of: date, draw: Drawings = SIMPLE) -> list[str]:
    """Return what stands between the page's head and foot: figures, charts and tables, as escaped markup."""

    def rows(query: str) -> Rows:
        return published.rows(f"page/{query}", {"as_of": as_of})

    states, liability = rows("reward_states"), rows("liability")
    hero = _hero(rows("comparison"))
    headline = _headline(rows("comparison"), rows("totals")[0], states, liability, rows("deliveries")[0])
    sections = [
        key_figures(draw, rows("key_figures")),
        recognition(draw, rows("mix"), rows("days")),
        programs(rows("programs"), rows("recent_days")),
        channels(draw, rows("channels")),
        funnel(draw, rows("funnel"), rows("incomplete")),
        customers(draw, rows("retention"), rows("cohorts"), rows("customer_value")),
        advocates(draw, rows("segments"), rows("leaders"), rows("reward_kinds")),
        reminders(draw, rows("reminders")),
        rewards(draw, states, liability, rows("reward_ages"), rows("findings")),
        coming(draw, rows("reward_forecast"), rows("limits")),
        taken_back(draw, rows("clawbacks")),
        payouts(draw, rows("payout_states"), rows("payout_ages"), rows("payout_steps"), rows("payout_open")),
        unrecognized(draw, rows("reasons"), rows("ineligible")),
        deliveries(draw, rows("feeds"), rows("arrivals"), rows("refusals"), as_of),
        lags(draw, rows("lags")),
    ]
    last = measures(headline + "".join(sections))
    return [hero, headline, contents([*sections, last]), *sections, last]


# --- sections ----------------------------------------------------------------------------------------------------


def _header(head: PageHead) -> str:
    return (
        f'<header><p class="kind">Referral report</p><h1>{escape(title_words(head.workspace))}</h1>'
        f'<p class="quiet">As of {day_words(head.as_of)} · version {escape(head.version_id)}</p></header>'
    )


def _hero(comparison: Rows) -> str:
    if not comparison:
        return card("<p>No friend has been recognized yet.</p>", "hero")
    alone, friends = comparison[0]["friends_coupon_only"], comparison[0]["friends_recognized"]
    gain = f" (<strong>{(friends - alone) * 100 // alone:+,} %</strong>)" if alone else ""
    return card(
        f"<p>Coupon only would have recognized {count(alone, 'friend')}; "
        f"Matchback recognized <strong>{friends:,}</strong>{gain}.</p>"
        '<p class="quiet">Coupon only counts the friends who used an advocate’s valid coupon. Matchback also follows '
        "clicked links, advocate codes, members named on the form, and addresses that advocates shared to.</p>",
        "hero",
    )


def _headline(comparison: Rows, totals: Row, states: Rows, liability: Rows, deliveries: Row) -> str:
    friends = comparison[0]["friends_recognized"] if comparison else 0
    recognized, judged = totals["recognized_journeys"], totals["judged_journeys"]
    files = count(deliveries["files"], "file")
    owed, owed_unit = sums(liability, "due_minor")
    sent, sent_unit = sums(liability, "paid_minor")
    return tiles(
        [
            (
                Measured("Friends recognized", "report_coupon_comparison.friends_recognized"),
                f"{friends:,}",
                f"in {recognized:,} of {judged:,} journeys",
            ),
            (
                Measured("New customers", "report_program_days.new_customers"),
                f"{totals['new_customers']:,}",
                "brought by an advocate",
            ),
            (
                Measured("Rewards", "report_reward_liability.rewards"),
                f"{sum(row['rewards'] for row in states):,}",
                "granted under the terms",
            ),
            (
                Measured("Still owed", "report_reward_liability.due_minor"),
                owed,
                f"{owed_unit} granted and not yet sent".strip(),
            ),
            (
                Measured("Sent", "report_reward_liability.paid_minor"),
                sent,
                f"{sent_unit} in payout files, not taken back".strip(),
            ),
            (
                Measured("Records accepted", "report_feed_quality.accepted"),
                f"{deliveries['accepted']:,}",
                f"of {deliveries['records']:,} in {files}; {deliveries['refused']:,} refused",
            ),
        ]
    )


def _footer(head: PageHead, draw: Drawings) -> str:
    return (
        f"<footer><p>Made by Matchback {escape(head.code_version)} from journal entry {head.journal_number:,} and "
        f"configuration {escape(head.config_hash[:12])}. The same figures stand beside this page in analytics.duckdb, "
        "in the tables report_* and payout_*, with every column explained.</p>"
        f"<p>Only production records are counted. This page holds no personal data. "
        f"Charts by {escape(draw.made_by)}.</p>"
        "</footer>"
    )
