"""The report page in a real browser: on a desk and on a phone, in light and dark, without network and complaints."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.chromium import chromium
from matchback.publishing.report_page import PageHead, report_page
from matchback.publishing.report_vega import VegaCharts
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
    path.write_text(report_page(warehouse, HEAD, VegaCharts()), encoding="utf-8")
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
        words = tab.value(
            "document.querySelector('#how-friends-were-recognized .wide path title').textContent"
        )
    assert words.startswith("Clicked Share Link: ")


def test_figures_open_on_demand(page: Path) -> None:
    with chromium() as tab:
        tab.open(page, width=DESK)
        closed = tab.value("document.body.scrollHeight")
        tab.value("document.querySelector('summary').click()")
        assert tab.value("document.body.scrollHeight") > closed
        assert tab.complaints() == []


TABLE = "[...document.querySelectorAll('table')].find(table => table.textContent.includes('Clickers'))"
COLUMN = "[...{table}.tBodies[0].rows].filter(row => !row.hidden).map(row => row.cells[{at}].textContent)"


def test_tables_sort_by_figures_and_words(page: Path) -> None:
    """Figures by their size and greatest first, words from A, and the third time as the page gave them."""
    journeys, program = COLUMN.format(table=TABLE, at=3), COLUMN.format(table=TABLE, at=1)
    head = f"{TABLE}.tHead.rows[0].cells"
    with chromium() as tab:
        tab.open(page, width=PHONE)
        given = tab.value(journeys)
        figures = [int(figure) for figure in given]
        assert sorted(figures) != figures
        for order in (sorted(figures, reverse=True), sorted(figures), figures):
            tab.value(f"{head}[3].querySelector('button').click()")
            assert [int(figure) for figure in tab.value(journeys)] == order
        assert tab.value(f"{head}[3].getAttribute('aria-sort')") == "none"
        tab.value(f"{head}[1].querySelector('button').click()")
        assert tab.value(f"{head}[1].getAttribute('aria-sort')") == "ascending"
        assert tab.value(program) == sorted(tab.value(program))
        assert tab.complaints() == []


def test_a_long_table_is_filtered_and_says_how_many_rows_are_left(page: Path) -> None:
    box = f"{TABLE}.closest('.scroll').previousElementSibling.querySelector('input')"
    said = f"{TABLE}.closest('.scroll').previousElementSibling.querySelector('output').textContent"
    program = COLUMN.format(table=TABLE, at=1)
    with chromium() as tab:
        tab.open(page, width=DESK)
        rows = len(tab.value(program))
        assert tab.value(said) == f"{rows} rows"
        tab.value(f"{TABLE}.closest('details').open = true; {box}.focus()")
        tab.call("Input.insertText", text="2026-11 FAMILY")
        left = tab.value(program)
        assert 0 < len(left) < rows
        assert set(left) == {"family-certificate"}
        assert tab.value(said) == f"{len(left)} of {rows} rows"
        assert tab.complaints() == []


def test_a_figure_leads_to_its_definition(page: Path) -> None:
    with chromium() as tab:
        tab.open(page, width=PHONE)
        tab.value("document.querySelector('.tile a.measure').click()")
        place = tab.value("location.hash.slice(1)")
        words = tab.value("document.querySelector(':target').innerText")
        assert place == "report_coupon_comparison-friends_recognized"
        assert words.startswith("Friends by every ground")
        assert tab.value("document.querySelector(':target').getBoundingClientRect().top < innerHeight")


def test_a_script_that_slips_in_does_not_run(page: Path, tmp_path: Path) -> None:
    """The policy holds in the browser too: of two scripts only the page's own runs."""
    broken = tmp_path / "broken.html"
    text = page.read_text(encoding="utf-8")
    broken.write_text(
        text.replace("<main>", "<main><script>document.title = 'broken'</script>"), encoding="utf-8"
    )
    with chromium() as tab:
        tab.open(broken, width=DESK)
        assert tab.value("document.title").startswith("Harbor Credit Union")
        assert "Content Security Policy" in " ".join(tab.complaints())
        assert tab.value("document.querySelectorAll('button.sort').length") > 20


def test_the_page_prints_whole(page: Path, tmp_path: Path) -> None:
    """On paper the page is light, nothing is there to click, and what is folded is left out."""
    with chromium() as tab:
        tab.open(page, width=DESK, dark=True)
        tab.call("Emulation.setEmulatedMedia", media="print", features=[])
        assert tab.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        shown = "[...document.querySelectorAll('.sort, .filter, nav, summary')].filter(one => one.offsetParent).length"
        assert tab.value(shown) == 0
        printed = base64.b64decode(tab.call("Page.printToPDF", printBackground=True)["data"])
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", printed)) > 4


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
