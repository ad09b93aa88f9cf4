"""The simple bars, and what all drawings share: lengths that show the figures, round scales, words that fit."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from matchback.publishing.report_charts import NARROW, TEXT, bar_chart, shortened, text_width
from matchback.publishing.report_scales import date_ticks, nice_ticks


def wide(drawing: str) -> str:
    """The drawing for wide screens alone."""
    first, _, second = drawing.partition('<div class="narrow">')
    assert second
    return first


def lengths(drawing: str) -> dict[str, float]:
    """Words of each bar with a round end, with its length."""
    shape = r'aria-label="([^"]+)" d="M[\d.]+,[\d.]+h([\d.]+)a([\d.]+),4 '
    return {words: float(straight) + float(corner) for words, straight, corner in re.findall(shape, drawing)}


def test_a_bar_is_as_long_as_its_value() -> None:
    rows = [{"label": f"l{n}", "n": n, "w": f"{n}"} for n in (200, 100, 50)]
    drawn = lengths(wide(bar_chart(rows, label="label", value="n", words="w")))
    assert drawn["l200: 200"] == pytest.approx(2 * drawn["l100: 100"], abs=0.05)
    assert drawn["l200: 200"] == pytest.approx(4 * drawn["l50: 50"], abs=0.05)


def test_something_is_seen_of_the_least_and_nothing_of_nothing() -> None:
    rows = [{"label": f"l{n}", "n": n, "w": f"{n}"} for n in (1_000_000, 1, 0)]
    drawn = lengths(wide(bar_chart(rows, label="label", value="n", words="w")))
    assert drawn["l1: 1"] == 1.5
    assert drawn["l0: 0"] == 0


def test_each_group_has_a_scale_of_its_own() -> None:
    rows = [{"label": "a", "n": n, "w": f"{n}", "group": group} for group, n in (("big", 900), ("small", 9))]
    drawing = wide(bar_chart(rows, label="label", value="n", words="w"))
    assert len(set(lengths(drawing).values())) == 1
    assert [">big<" in drawing, ">small<" in drawing] == [True, True]


def test_charts_that_stand_beside_each_other_share_a_scale() -> None:
    """An equal value is equally long in both, however much wider the words of the other are."""
    much = [{"label": f"m{n}", "n": n, "w": f"{n:,}.00 USD"} for n in (9_000_000, 30)]
    little = [{"label": f"l{n}", "n": n, "w": f"{n:,}"} for n in (4_500_000, 30)]
    pairs = ((much, little), (little, much))
    first, second = (
        lengths(wide(bar_chart(rows, label="label", value="n", words="w", beside=others)))
        for rows, others in pairs
    )
    assert first["m9000000: 9,000,000.00 USD"] == pytest.approx(2 * second["l4500000: 4,500,000"], abs=0.05)
    assert first["m30: 30.00 USD"] == second["l30: 30"]


def test_two_rows_of_one_name_are_two_bars() -> None:
    rows = [{"label": "gift", "n": 3, "w": "3 USD"}, {"label": "gift", "n": 2, "w": "2 CAD"}]
    assert wide(bar_chart(rows, label="label", value="n", words="w")).count("<title>gift: ") == 2


def test_long_words_make_room_for_themselves() -> None:
    rows = [{"label": "a", "n": 1, "w": "1 · 12,345,678,901,234.56 USD and more"}]
    for drawing in bar_chart(rows, label="label", value="n", words="w").split('<div class="narrow">'):
        (width,) = re.findall(r'viewBox="0 0 ([\d.]+) ', drawing)
        (start,) = re.findall(r'<text x="([\d.]+)" y="[\d.]+">1 · ', drawing)
        assert float(start) + text_width(str(rows[0]["w"]), TEXT) <= float(width)


def test_nothing_to_show_is_no_drawing() -> None:
    assert bar_chart([], label="l", value="v", words="w") == ""


@pytest.mark.parametrize("greatest", [1, 2, 5, 6, 10, 11, 52, 99, 100, 101, 499, 501, 12_345, 10**9])
def test_scales_are_round_and_reach_the_greatest(greatest: int) -> None:
    ticks = nice_ticks(greatest)
    step = ticks[1]
    assert str(step).rstrip("0") in ("1", "2", "5")
    assert ticks[-2] < greatest <= ticks[-1]
    assert 2 <= len(ticks) <= 6


@pytest.mark.parametrize(
    ("days", "named"),
    [
        (1, ["Aug 3"]),
        (4, ["Aug 3", "Aug 4", "Aug 5", "Aug 6"]),
        (28, ["Aug 3", "Aug 10", "Aug 17", "Aug 24"]),
        (97, ["Sep 1", "Oct 1", "Nov 1"]),
        (1_000, ["Jan 2027", "Jan 2028", "Jan 2029"]),
        (6_000, ["2027", "2032", "2037", "2042"]),
    ],
)
def test_days_are_named_as_a_calendar_has_them(days: int, named: list[str]) -> None:
    first = date(2026, 8, 3)
    ticks = date_ticks(first, first + timedelta(days=days - 1), NARROW.most_ticks)
    assert [words for _, words in ticks] == named


def test_words_are_cut_where_they_do_not_fit() -> None:
    assert shortened("Clicked Share Link", NARROW.labels - 8, TEXT) == "Clicked Share Link"
    cut = shortened("advocate-100, advocate", 100, TEXT)
    assert cut.endswith("…")
    assert "advocate-100, advocate".startswith(cut[:-1])
    assert text_width(cut, TEXT) <= 100
    assert text_width("山田", TEXT) > text_width("il", TEXT)
