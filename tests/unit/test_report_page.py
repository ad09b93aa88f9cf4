"""The report page: self-contained, escaped, the same twice, and whole when there is little to show."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest

from matchback.answers.printing import money
from matchback.answers.summary import _rewards
from matchback.intake.arrival_log import state_of
from matchback.intake.arrivals import FINDINGS, Arrival, Finding
from matchback.publishing.report_charts import COLORS, bar_chart
from matchback.publishing.report_deliveries import ARRIVAL_WORDS, deliveries
from matchback.publishing.report_drawings import SIMPLE
from matchback.publishing.report_html import card, figure, section, table
from matchback.publishing.report_page import PageHead, report_page
from matchback.publishing.report_payouts import STATES, payouts
from matchback.publishing.report_rewards import rewards
from matchback.publishing.report_sections import _slots
from matchback.publishing.report_shell import ASSETS
from matchback.publishing.report_words import bps, hundredths, rate, sums, title_words
from matchback.warehouse import Warehouse
from unit.published_world import AS_OF, fill, make_tables

HEAD = PageHead("harbor-credit-union", AS_OF, "0008-2026-11-07", 1234, "f" * 64, "0.1.0")
PARAMETERS = {"as_of": AS_OF, "time_zone": "America/New_York", "currency": "USD"}
SQL = Path(__file__).parents[2] / "sql"
VOID = {"meta", "br", "img", "link", "input", "hr"}


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Warehouse]:
    """The world with its reports; the page reads only what is published under the same names."""
    made = Warehouse.memory()
    make_tables(made, PARAMETERS)
    fill(made, journeys=120)
    made.build("report", PARAMETERS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def page(warehouse: Warehouse) -> str:
    """The world's page."""
    return report_page(warehouse, HEAD)


def test_findings_are_told_in_the_rewards_section_only_when_there_are_any() -> None:
    found = [{"finding": "payout_without_account", "rewards": 2}]
    assert "Rewards to look at" not in rewards(SIMPLE, [], [], [], [])
    told = rewards(SIMPLE, [], [], [], found)
    assert "Rewards to look at" in told
    assert "No account to pay to" in told


class Reader(HTMLParser):
    """Keeps the tags, the attributes and whether every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= set(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= set(attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_the_page_loads_nothing_and_holds_one_script(page: str) -> None:
    reader = read(page)
    assert reader.open == []
    assert page.count("<script") == 1
    assert not reader.tags & {"img", "link", "iframe", "object", "form", "input", "use", "image"}
    names = {name for name, _ in reader.attributes}
    assert not {name for name in names if name.startswith("on")} | (names & {"style", "src"})
    assert all((value or "").startswith("#") for name, value in reader.attributes if name == "href")
    addresses = set(re.findall(r"https?://[^\"')\s<]+", page))
    assert addresses == {"http://www.w3.org/2000/svg"}


def test_the_policy_allows_its_own_style_and_script_alone(page: str) -> None:
    """The hashes are those of what stands in the page, so that nothing else can run in it."""
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    style, script = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for tag in ("style", "script")
        for text in re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    )
    assert policy[1] == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_every_figure_leads_to_what_it_means(page: str) -> None:
    """Tiles, titles of drawings and heads of figures link to a definition on the page, and each is there once."""
    places = re.findall(r' id="([^"]+)"', page)
    assert len(places) == len(set(places))
    links = re.findall(r'href="#([^"]+)"', page)
    assert set(links) <= set(places)
    assert "report_program_days-conversion_rate_bps" in links
    unexplained = re.findall(r'<th scope="col" class="n">([^<]+)</th>', page)
    assert unexplained == []
    assert "<dd><a" in page
    assert re.findall(r"<div class=\"tile\"><dt>[^<]+</dt><dd>[^<]", page) == []


def test_the_headline_compares_with_coupons_alone(page: str) -> None:
    assert re.search(r"Coupon only would have recognized \d+ friends; Matchback recognized <strong>\d+", page)


def test_the_page_is_the_same_twice(warehouse: Warehouse, page: str) -> None:
    assert report_page(warehouse, HEAD) == page


def test_colors_come_from_the_style_sheet(page: str) -> None:
    colors = set(re.findall(r'(?:fill|stroke)="([^"]+)"', page))
    assert colors - {"none"} <= {f"var(--{name})" for name in COLORS}
    style = (ASSETS / "page.css").read_text(encoding="utf-8")
    assert {name for name in COLORS if style.count(f"--{name}: #") < 2} == set(), "light and dark"


def test_a_name_cannot_break_out_of_its_place(warehouse: Warehouse) -> None:
    hostile = '<script>alert("1")</script>'
    nasty = report_page(warehouse, replace(HEAD, workspace=hostile, version_id=hostile))
    assert read(nasty).open == []
    assert nasty.count("<script") == 1, "its own"
    drawing = bar_chart([{"label": hostile, "n": 1, "w": hostile}], label="label", value="n", words="w")
    assert "<script" not in drawing + table(["a"], [[hostile]])


def test_an_empty_workspace_has_a_page_too() -> None:
    empty = Warehouse.memory()
    make_tables(empty, PARAMETERS)
    empty.build("report", PARAMETERS)
    page = report_page(empty, HEAD)
    empty.close()
    assert read(page).open == []
    assert "Nothing yet." in page


def test_sections_without_anything_say_so_once() -> None:
    """A page of a first day is short: no empty cards, and what is there stands below its heading."""
    empty = section("Rewards", "How to read it.", card(figure("One", "")) + card(figure("Two", "")))
    assert empty.count("Nothing yet.") == 1
    assert "<h3>" not in empty
    half = section("Rewards", "How to read it.", card(figure("One", "")) + card(table(["a"], [["b"]])))
    assert "One" in half


def test_a_cut_table_says_how_to_get_the_whole() -> None:
    rows = [["a"], ["b"]]
    assert "cut" not in table(["n"], rows, total=2, whole="report_advocates")
    cut = table(["n"], rows, total=3, whole="report_advocates")
    assert "The first 2 of 3 rows." in cut
    assert "matchback query &quot;FROM report_advocates&quot;" in cut


def test_the_key_figures_of_the_page_are_those_of_the_report(warehouse: Warehouse, page: str) -> None:
    """The last weeks of each program, none added up; a rate that has no denominator is a dash."""
    expected = [
        row for row in warehouse.rows("page/key_figures", {"as_of": AS_OF}) if row["period"] == "week"
    ]
    assert len({row["starts_on"] for row in expected}) == 13
    (found,) = re.findall(r"Key figures by week</summary>(.*?)</table>", page)
    head, *shown = [cells(row) for row in re.findall(r"<tr>(.*?)</tr>", found)]
    assert [
        (row[0][:10], row[1], row[head.index("New customers")], row[head.index("Conversion")])
        for row in shown
    ] == [
        (
            row["starts_on"].isoformat(),
            row["program"],
            f"{row['new_customers']:,}",
            bps(row["conversion_rate_bps"]),
        )
        for row in expected
    ]


def test_nobody_is_named_but_by_the_id_of_the_leaderboard(warehouse: Warehouse, page: str) -> None:
    """The most successful twenty, in order, and how many there are; other ids of persons are nowhere on the page."""
    leaders = warehouse.rows("page/leaders", {"as_of": AS_OF})
    (found,) = re.findall(r"Leaderboard</h3>(.*?)</table>", page)
    _, *shown = [cells(row) for row in re.findall(r"<tr>(.*?)</tr>", found)]
    assert [row[0] for row in shown] == [str(row["advocate_id"]) for row in leaders]
    friends = [row["friends"] for row in leaders]
    assert friends == sorted(friends, reverse=True)
    assert (f"The first {len(leaders)} of {leaders[0]['all_leaders']:,} rows" in page) == (
        leaders[0]["all_leaders"] > 20
    )


def payout_rows(page: str, title: str) -> list[list[str]]:
    """The cells of the table that follows this title in the section on payouts, with its head."""
    (found,) = re.findall(r"<h2>Payouts</h2>(.*?)</section>", page)
    table_after = found[found.index(title) :]
    table_after = table_after[: table_after.index("</table>")]
    return [cells(row) for row in re.findall(r"<tr>(.*?)</tr>", table_after)]


def cells(row: str) -> list[str]:
    """The words of a row's cells."""
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]


def test_the_payouts_on_the_page_are_those_of_the_reconciliation(warehouse: Warehouse, page: str) -> None:
    """Every state once with its sums, what contradicts above what waits; in all, what ledger and files hold."""
    totals = {
        row["state"].replace("_", " ").capitalize(): row for row in warehouse.rows("page/payout_states")
    }
    head, *rows = payout_rows(page, "Due, issued and fulfilled, by state")
    assert head == ["State", "Rewards", "Due", "Issued", "Fulfilled", "Oldest, days"]
    assert {row[0]: row[1:5] for row in rows} == {
        state: [f"{row['rewards']:,}"]
        + [money(row[f"{name}_minor"], "USD") for name in ("due", "issued", "fulfilled")]
        for state, row in totals.items()
    }
    assert [row[0] for row in rows] == ["To recover", "Failed", "Overdue", "Due", "Unanswered", "Settled"]
    for name, tile in (("due", "Due"), ("issued", "Issued"), ("fulfilled", "Fulfilled")):
        in_all = sum(row[f"{name}_minor"] for row in totals.values())
        assert (
            f'<dt>{tile}</dt><dd><a class="measure" href="#payout_totals-{name}_minor">{money(in_all, "")}<'
            in page
        )


def test_the_page_lists_the_rewards_that_someone_has_to_clear(warehouse: Warehouse, page: str) -> None:
    """Oldest first, no more than a page holds, and none of those that only wait."""
    steps = warehouse.rows("page/payout_steps")
    to_clear = sum(row["rewards"] for row in steps if row["is_to_clear"])
    waiting = {row["state"] for row in steps if not row["is_to_clear"]}
    assert waiting == {"due", "unanswered"}
    title = "Rewards to clear"
    assert (f"{title}: the oldest 40 of {to_clear:,}" in page) == (to_clear > 40)
    _, *rows = payout_rows(page, title)
    assert len(rows) == min(to_clear, 40)
    assert not {row[1].lower() for row in rows} & waiting
    since = [row[2] for row in rows]
    assert since == sorted(since)


def test_of_more_rewards_than_a_page_holds_the_oldest_are_listed() -> None:
    step = {
        "state": "failed",
        "next_step": "Do it: retry ID --reason CODE",
        "is_to_clear": True,
        "oldest_days": 9,
    }
    reward = {
        "reward_id": 5,
        "state": "failed",
        "due_minor": 100,
        "issued_minor": 0,
        "fulfilled_minor": 0,
        "currency": "USD",
        "unit": "USD",
        "payout_number": None,
        "open_since_on": AS_OF,
        "age_days": 0,
    }
    few = payouts(SIMPLE, [], [], [{**step, "rewards": 1}], [reward])
    many = payouts(SIMPLE, [], [], [{**step, "rewards": 7}], [reward])
    assert "<summary>Rewards to clear, oldest first</summary>" in few
    assert "<summary>Rewards to clear: the oldest 1 of 7 (all: matchback payouts reconcile)</summary>" in many
    assert (
        '<dt>Failed: 7 rewards, the oldest 9 days</dt><dd>Do it: retry ID <span class="option">--reason'
        in many
    )
    assert "Rewards to clear" not in payouts(SIMPLE, [], [], [], [])
    undated = payouts(SIMPLE, [], [], [{**step, "rewards": 1, "oldest_days": None}],
                      [{**reward, "open_since_on": None, "age_days": None}])  # fmt: skip
    assert "<dt>Failed: 1 reward</dt>" in undated
    assert '<td>–</td><td class="n">–</td>' in undated


def test_every_state_of_the_reconciliation_has_its_place_on_the_page() -> None:
    """A state that the page cannot place would stop the publish."""
    sql = (SQL / "report" / "reconciled_rewards.sql").read_text(encoding="utf-8")
    assert set(re.findall(r"(?:THEN|ELSE) '([a-z_]+)'", sql)) == set(STATES)


def grid(page: str) -> dict[str, list[str]]:
    """The arrival calendar of a page: the cells of each feed, under the days."""
    (figure,) = re.findall(r"What was expected and came, day by day</h3>(.*?)</figure>", page)
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", figure)]
    return {feed: cells for feed, *cells in rows}


def test_the_arrival_calendar_says_in_words_what_did_not_come(page: str) -> None:
    """The last seven days of each feed; signs and words, and below them what was found with its day and feed."""
    cells = grid(page)
    assert cells["Feed"] == ["Sat 7", "Fri 6", "Thu 5", "Wed 4", "Tue 3", "Mon 2", "Sun 1"]
    assert cells["core-export"] == ["✓ 1", "✗ missing"] + ["✓ 1"] * 5
    assert cells["shares"] == ["! late"] + ["✓ 1"] * 6
    assert cells["landing-page"] == ["1"] * 7  # came, though nobody expects it
    assert "<dt>Fri 6, core-export</dt><dd>no file came for the day</dd>" in page
    assert "<dt>Sat 7, shares</dt><dd>it came late: 1 day</dd>" in page


def test_every_kind_of_finding_has_its_word_in_the_calendar() -> None:
    found = {state_of(Arrival("f", AS_OF, True, 1, 5, None, (Finding(code),), False)) for code in FINDINGS}
    assert found | {"excused"} <= set(ARRIVAL_WORDS)
    day = {"feed_id": "f", "day_on": AS_OF, "is_expected": True, "files": 1, "detail": None}
    for state, words in ARRIVAL_WORDS.items():
        assert grid(deliveries(SIMPLE, [], [{**day, "state": state}], [], AS_OF))["f"] == [words] + ["–"] * 6
    assert len(set(ARRIVAL_WORDS.values())) == len(ARRIVAL_WORDS)


@pytest.mark.parametrize(("days", "unit", "bars"), [(121, "day", 121), (122, "week", 18)])
def test_a_long_time_is_drawn_by_week(days: int, unit: str, bars: int) -> None:
    rows = [
        {"day_on": date(2026, 8, 3) + timedelta(days=at), "recognized": 1, "unrecognized": 2}
        for at in range(days)
    ]
    slots, found = _slots(rows)
    assert (found, len(slots)) == (unit, bars)
    assert sum(slot["unrecognized"] for slot in slots) == 2 * days


def test_numbers_are_written_for_people() -> None:
    assert title_words("harbor-credit_union") == "Harbor Credit Union"
    assert (rate(1, 3), rate(0, 0), bps(None), hundredths(125)) == ("33.3 %", "–", "–", "1.25")
    assert sums([{"currency": "USD", "n": 1050}], "n") == ("10.50", "USD")
    assert sums([{"currency": "USD", "n": 1}, {"currency": "JPY", "n": 2}], "n") == ("2 JPY + 0.01 USD", "")
    assert sums([], "n") == ("0", "")
    points = {"currency": "XXX", "unit": "points", "n": 1500}
    assert sums([points], "n") == ("1,500", "points")
    assert sums([points, {**points, "unit": "badge", "n": 1}], "n") == ("1 badge + 1,500 points", "")


def test_points_and_badges_are_never_added_up() -> None:
    """They share a currency that is none; each kind has its own bar, its own sum and its own word."""
    world = Warehouse.memory()
    make_tables(world, PARAMETERS)
    schema = world.table("rewards").schema
    common = {"program": "club", "rule_id": "r", "role": "advocate", "currency": "XXX", "state": "approved"}
    given = [{"kind": "points", "amount_minor": 500}, {"kind": "points", "amount_minor": 250},
             {"kind": "badge", "amount_minor": 1}]  # fmt: skip
    rows = [{**common, **reward, "reward_id": number} for number, reward in enumerate(given)]
    full = [{name: row.get(name) for name in schema.names} for row in rows]
    world.append("rewards", pa.Table.from_pylist(full, schema=schema))
    schema = world.table("reward_entries").schema
    posted = [{**row, "entry_kind": "approved", "effective_on": AS_OF} for row in rows]
    world.append(
        "reward_entries",
        pa.Table.from_pylist(
            [{name: row.get(name) for name in schema.names} for row in posted], schema=schema
        ),
    )
    world.build("report", PARAMETERS)
    states = world.rows("page/reward_states")
    payable = world.rows("page/payout_states")
    assert payable == world.rows("explain/payout_totals")
    page = report_page(world, HEAD)
    world.close()
    assert [(row["unit"], row["rewards"], row["due_minor"]) for row in payable] == [
        ("badge", 1, 1),
        ("points", 2, 750),
    ]
    assert '<td class="number">750 points</td>' in page or "750 points" in page
    assert [(row["unit"], row["rewards"], row["amount_minor"]) for row in states] == [
        ("badge", 1, 1),
        ("points", 2, 750),
    ]
    assert "Approved: 2 · 750 points" in page
    assert "Approved: 1 · 1 badge" in page
    assert _rewards(states).splitlines()[1:] == [
        f"  approved                  1  {'1 badge':>16}",
        f"  approved                  2  {'750 points':>16}",
    ]
