"""The report page in a real browser: on a desk and on a phone, in light and dark, without network and complaints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.chromium import chromium
from matchback.publishing.report_page import PageHead, report_page
from matchback.warehouse import Warehouse
from unit.published_world import AS_OF, fill, make_tables

HEAD = PageHead("harbor-credit-union", AS_OF, "0008-2026-11-07", 1234, "f" * 64, "0.1.0")
PARAMETERS = {"as_of": AS_OF, "time_zone": "America/New_York", "currency": "USD"}
DESK, PHONE = 1280, 390
SEEN = "[...document.querySelectorAll('.{kind}')].filter(part => part.offsetParent !== null).length"
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The page of a believable world, as a file."""
    warehouse = Warehouse.memory()
    make_tables(warehouse, PARAMETERS)
    fill(warehouse)
    warehouse.build("report", PARAMETERS)
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report_page(warehouse, HEAD), encoding="utf-8")
    yield path
    warehouse.close()


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_shows_whole_and_quietly(page: Path, tmp_path: Path, width: int, dark: bool) -> None:
    with chromium() as tab:
        tab.open(page, width=width, dark=dark)
        assert tab.requested() == [page.as_uri()]
        assert tab.complaints() == []
        assert tab.value("document.documentElement.scrollWidth") == width, "nothing sticks out sideways"
        wide, narrow = (tab.value(SEEN.format(kind=kind)) for kind in ("wide", "narrow"))
        charts = tab.value("document.querySelectorAll('.wide').length")
        assert (wide, narrow) == ((charts, 0) if width == DESK else (0, charts))
        assert charts >= 8
        background = tab.value("getComputedStyle(document.body).backgroundColor")
        assert background == ("rgb(14, 19, 26)" if dark else "rgb(244, 246, 248)")
        bar = tab.value("getComputedStyle(document.querySelector('svg path[role=img]')).fill")
        assert bar == ("rgb(107, 165, 251)" if dark else "rgb(29, 95, 191)"), (
            "drawings follow the style sheet"
        )
        picture = tmp_path / "page.png"
        tab.screenshot(picture)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 50_000


def test_no_words_of_a_drawing_are_cut_off(page: Path) -> None:
    """Every label and every word beside a bar stays within its card, whatever font the machine has."""
    outside = """
        [...document.querySelectorAll('svg text')].filter(text => {
            const words = text.getBoundingClientRect(), card = text.closest('.card').getBoundingClientRect();
            return words.width > 0 && (words.left < card.left || words.right > card.right);
        }).map(text => text.textContent)
    """
    for width in (DESK, PHONE):
        with chromium() as tab:
            tab.open(page, width=width)
            assert tab.value(outside) == []


def test_a_bar_says_its_figure_when_pointed_at(page: Path) -> None:
    with chromium() as tab:
        tab.open(page, width=DESK)
        words = tab.value("document.querySelector('.wide svg path[role=img] title').textContent")
    assert words.startswith("Clicked Share Link: ")


def test_figures_open_on_demand(page: Path) -> None:
    with chromium() as tab:
        tab.open(page, width=DESK)
        closed = tab.value("document.body.scrollHeight")
        tab.value("document.querySelector('summary').click()")
        assert tab.value("document.body.scrollHeight") > closed
        assert tab.complaints() == []


def test_payouts_stand_on_a_desk_and_on_a_phone(page: Path) -> None:
    """Due, issued and fulfilled fit into their tiles, and no command is torn apart at the end of a line."""
    section = "[...document.querySelectorAll('section')].find(part => part.innerText.startsWith('Payouts'))"
    too_wide = f"""
        [...{section}.querySelectorAll('.tile, .tile dd, dd, h3, summary')]
            .filter(part => part.scrollWidth > part.clientWidth + 1).map(part => part.textContent)
    """
    torn = f"""
        [...{section}.querySelectorAll('.option')].filter(part => part.getClientRects().length > 1)
            .map(part => part.textContent)
    """
    for width in (DESK, PHONE):
        with chromium() as tab:
            tab.open(page, width=width)
            tiles = tab.value(f"[...{section}.querySelectorAll('.tile dt')].map(part => part.textContent)")
            assert tiles == ["Due", "Issued", "Fulfilled"]
            assert tab.value(f"{section}.querySelectorAll('.option').length") >= 2
            tab.value(f"{section}.querySelector('summary').click()")
            assert tab.value(f"{section}.querySelectorAll('details tbody tr').length") > 0
            assert tab.value("document.documentElement.scrollWidth") == width
            assert tab.value(too_wide) == []
            assert tab.value(torn) == []
