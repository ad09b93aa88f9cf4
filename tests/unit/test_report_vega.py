"""The drawings by Vega-Altair: true to the figures, the same everywhere, and nothing in them but shapes and words."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest

from matchback.publishing import report_vega_parts
from matchback.publishing.report_charts import COLORS, Part
from matchback.publishing.report_drawings import SIMPLE, Drawings, drawings
from matchback.publishing.report_vega import VegaCharts

VEGA = VegaCharts()
PARTS = [Part("good", "accepted", "second"), Part("bad", "refused", "fourth")]
HOSTILE = '</svg><script>alert("1")</script>\x07&#x27;'
DAYS = [date(2026, 8, 3) + timedelta(days=at) for at in range(10) if at != 4]
ROWS: list[dict[str, object]] = [
    {"day": day, "name": f"n{at}", "good": 3 + at, "bad": 1, "words": f"{3 + at} of it", "across": "a"}
    for at, day in enumerate(DAYS)
]
KINDS: dict[str, Callable[[Drawings, list[dict[str, object]]], str]] = {
    "bars": lambda draw, rows: draw.bars(rows, label="name", value="good", words="words"),
    "shares": lambda draw, rows: draw.shares(rows, label="name", parts=PARTS),
    "over_time": lambda draw, rows: draw.over_time(rows, day="day", parts=PARTS, slots=10),
    "columns": lambda draw, rows: draw.columns(rows, label="name", parts=PARTS, words=str),
    "lines": lambda draw, rows: draw.lines(rows, day="day", parts=PARTS),
    "side_by_side": lambda draw, rows: draw.side_by_side(rows, label="name", parts=PARTS, words=str),
    "grid": lambda draw, rows: draw.grid(rows, down="name", across="across", value="good", words="words"),
}


@pytest.fixture(autouse=True, scope="module")
def checked() -> Iterator[None]:
    """Let Altair check every chart against the schema of Vega-Lite."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_vega_parts, "CHECKED", True)
        yield


def wide(drawing: str) -> str:
    """The drawing for wide screens alone."""
    first, _, second = drawing.partition('<div class="narrow">')
    assert second
    return first


def marks(drawing: str) -> dict[str, tuple[float, float, float, float]]:
    """Words of each straight mark, with its place and size: x, y, width, height."""
    shape = r'd="M([\d.]+),([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+Z"[^>]*aria-label="([^"]+)"'
    found = re.findall(shape, drawing)
    return {words: (float(x), float(y), float(width), float(height)) for x, y, width, height, words in found}


@pytest.mark.parametrize("kind", KINDS)
def test_a_drawing_holds_shapes_and_words_alone(kind: str) -> None:
    """No id that could clash, no link, font, style or class inside; colors of the page; its figures in words."""
    drawing = KINDS[kind](VEGA, ROWS)
    assert set(re.findall(r"<(\w+)", drawing)) <= {
        "div",
        "svg",
        "path",
        "line",
        "text",
        "title",
        "ul",
        "li",
        "span",
    }
    assert not re.search(r"\s(id|href|xlink:href|style|font-family|clip-path|on\w+)=", drawing)
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawing)) <= {
        "none",
        *(f"var(--{name})" for name in COLORS),
    }
    assert set(re.findall(r"https?://[^\"]+", drawing)) == {"http://www.w3.org/2000/svg"}
    assert len(re.findall(r'role="img" aria-label="[^"]+"><title>', drawing)) >= 2 * len(ROWS)


@pytest.mark.parametrize("draw", [VEGA, SIMPLE], ids=["vega", "simple"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_name_stays_words(kind: str, draw: Drawings) -> None:
    nasty = KINDS[kind](draw, [{**row, "name": HOSTILE, "words": HOSTILE, "across": HOSTILE} for row in ROWS])
    assert "<script" not in nasty
    assert "\x07" not in nasty or draw is SIMPLE


@pytest.mark.parametrize("draw", [VEGA, SIMPLE], ids=["vega", "simple"])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_show_is_no_drawing(kind: str, draw: Drawings) -> None:
    assert KINDS[kind](draw, []) == ""
    if kind != "bars":
        assert KINDS[kind](draw, [{**ROWS[0], "good": 0, "bad": 0}]) == ""


def test_one_day_alone_is_drawn() -> None:
    assert ">Aug 3<" in KINDS["over_time"](VEGA, ROWS[:1])
    assert ">Aug 3<" in KINDS["lines"](VEGA, ROWS[:1])


def test_a_bar_is_as_long_as_its_value_and_the_least_is_seen() -> None:
    values = (1_000_000, 500_000, 1, 0)
    rows: list[dict[str, object]] = [{"name": f"n{n}", "good": n, "words": f"{n}"} for n in values]
    ends = re.findall(
        r'<text [^>]*x="([\d.]+)"[^>]*>(1000000|500000|1|0)</text>', wide(KINDS["bars"](VEGA, rows))
    )
    at = {words: float(x) for x, words in ends}
    assert at["1000000"] - at["0"] == pytest.approx(2 * (at["500000"] - at["0"]), abs=0.05)
    assert at["1"] - at["0"] == pytest.approx(1.5, abs=0.02)


def test_a_stack_fills_its_bar_with_shares() -> None:
    rows: list[dict[str, object]] = [
        {"name": "openings", "good": 9, "bad": 1},
        {"name": "empty", "good": 0, "bad": 0},
    ]
    drawing = wide(KINDS["shares"](VEGA, rows))
    drawn = marks(drawing)
    good, bad = drawn["openings: 9 of 10 accepted"], drawn["openings: 1 of 10 refused"]
    assert good[2] == pytest.approx(9 * bad[2], abs=0.1)
    assert good[0] + good[2] == pytest.approx(bad[0], abs=0.05)
    assert "empty" not in drawing


def test_time_runs_evenly_and_parts_stand_on_each_other() -> None:
    drawn = marks(wide(KINDS["over_time"](VEGA, [{**row, "good": 3} for row in ROWS])))
    gaps = [later - before for before, later in pairwise(drawn[f"{day}: 3 accepted"][0] for day in DAYS)]
    assert gaps[3] == pytest.approx(2 * gaps[0], abs=0.05), "a day without anything keeps its place"
    assert gaps[0] == pytest.approx(gaps[-1], abs=0.05)
    below, above = drawn[f"{DAYS[0]}: 3 accepted"], drawn[f"{DAYS[0]}: 1 refused"]
    assert above[1] + above[3] == pytest.approx(below[1], abs=0.05)
    assert below[3] == pytest.approx(3 * above[3], abs=0.05)


def test_a_line_leaves_out_days_without_a_figure() -> None:
    rows = [{"day": day, "good": None if at == 2 else 2_500} for at, day in enumerate(DAYS)]
    drawing = wide(VEGA.lines(rows, day="day", parts=PARTS[:1], percent=True))
    assert drawing.count("25.0 % accepted</title>") == len(DAYS) - 1


@pytest.mark.parametrize("kind", KINDS)
def test_simple_bars_show_something_of_every_kind(kind: str) -> None:
    """Where there are figures, no drawing says that there is nothing yet."""
    drawing = KINDS[kind](SIMPLE, ROWS)
    assert drawing.count('role="img"') >= 2


def test_simple_bars_show_the_last_figure_of_a_line() -> None:
    rows = [*ROWS[:3], {**ROWS[3], "good": None}]
    drawing = SIMPLE.lines(rows, day="day", parts=PARTS, percent=True)
    assert "accepted: 0.1 %" in drawing
    assert [f">{day}<" in drawing for day in DAYS[2:4]] == [True, True]


def test_simple_bars_are_asked_for_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawings() is SIMPLE
    monkeypatch.delenv("MATCHBACK_CHARTS")
    assert drawings().made_by.startswith("Vega-Altair 6.")


@pytest.mark.slow
def test_every_machine_draws_the_same_bytes() -> None:
    """Another time zone, locale, hash seed and set of fonts change nothing."""
    program = (
        "import hashlib, sys; sys.path[:0] = ['tests', 'src']; from unit.test_report_vega import KINDS, ROWS, VEGA;"
        "print(hashlib.sha256(''.join(draw(VEGA, ROWS) for draw in KINDS.values()).encode()).hexdigest())"
    )
    here = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}
    there = {"TZ": "Pacific/Auckland", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "2", "LANG": "de",
             "FONTCONFIG_FILE": "/nothing", "HOME": "/nothing"}  # fmt: skip
    found = [
        subprocess.run([sys.executable, "-c", program], env={**os.environ, **extra}, capture_output=True, text=True,
                       check=True).stdout
        for extra in (here, there)
    ]  # fmt: skip
    assert found[0] == found[1]
