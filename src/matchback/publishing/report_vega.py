"""Who draws with Vega-Altair: while publishing, so that the page itself runs no Vega.

Loaded only where the extra `report` is installed, and once a page is to be drawn: that takes half a second.
"""

from __future__ import annotations

from importlib.metadata import version

from matchback.publishing import report_vega_bars, report_vega_time


class VegaCharts:
    """The kinds of charts (see `report_drawings.Drawings`), each for a wide and a narrow screen."""

    made_by = f"Vega-Altair {version('altair')} with vl-convert {version('vl-convert-python')}"
    bars = staticmethod(report_vega_bars.bars)
    shares = staticmethod(report_vega_bars.shares)
    side_by_side = staticmethod(report_vega_bars.side_by_side)
    grid = staticmethod(report_vega_bars.grid)
    over_time = staticmethod(report_vega_time.over_time)
    lines = staticmethod(report_vega_time.lines)
    columns = staticmethod(report_vega_time.columns)
