"""A feed's file specification in a real browser: it fits a phone and a desk, loads nothing, and prints whole."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from end_to_end.chromium import chromium
from matchback.answers.file_spec import file_spec
from matchback.answers.file_spec_pages import html
from matchback.config import load_config

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

CELLS_SHOWN = "getComputedStyle(document.querySelector('td')).display"
HEADS_SHOWN = "getComputedStyle(document.querySelector('thead')).display"


@pytest.fixture
def page(repository: Path, tmp_path: Path) -> Path:
    """The widest specification of the sample."""
    config = load_config(repository / "sample_data/matchback.toml")
    path = tmp_path / "spec.html"
    path.write_text(html(file_spec(config, config.feed("account-openings"))), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("width", "cells", "heads"), [(1200, "table-cell", "table-header-group"), (390, "block", "none")]
)
def test_it_fits_the_screen_and_loads_nothing(page: Path, width: int, cells: str, heads: str) -> None:
    with chromium() as tab:
        tab.open(page, width=width)
        assert tab.requested() == [page.as_uri()]
        assert tab.complaints() == []
        assert tab.value("document.documentElement.scrollWidth") == width, "nothing sticks out sideways"
        assert (tab.value(CELLS_SHOWN), tab.value(HEADS_SHOWN)) == (cells, heads)


def test_it_prints_with_its_tables(page: Path) -> None:
    with chromium() as tab:
        tab.open(page, width=390)
        tab.call("Emulation.setEmulatedMedia", media="print")
        tab.call(
            "Emulation.setDeviceMetricsOverride", width=720, height=1000, deviceScaleFactor=1, mobile=False
        )
        assert tab.value(HEADS_SHOWN) == "table-header-group", "headings are repeated on every sheet"
        assert tab.value("document.documentElement.scrollWidth") <= 720
        printed = base64.b64decode(tab.call("Page.printToPDF", preferCSSPageSize=True)["data"])
        assert printed.startswith(b"%PDF-")
