"""Building by changes is building whole: night by night, the tables of the two steps are those of one full rebuild.

A machine lets anything happen in a bank of few identifiers, in any order: files, late or early, repeated, corrected
and contradicted; acts of operators; days that pass, nights that break off or are run again. After each night a twin is
built whole from the same facts. `INCREMENTAL_EXAMPLES=200` runs that many banks at random instead of a few that are
always the same.
"""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from unit.incremental_people import Circle, Happening
from unit.incremental_rows import File
from unit.incremental_world import Bank

FIRST_NIGHT = date(2026, 3, 20)
CIRCLES = 12
WANTED = os.environ.get("INCREMENTAL_EXAMPLES")
seeds = st.integers(0, 1 << 30)


class Nights(RuleBasedStateMachine):
    """Whatever comes in, and whenever: after each night the bank equals its twin."""

    def __init__(self) -> None:
        super().__init__()
        self.bank, self.as_of = Bank(), FIRST_NIGHT
        self.circles: list[Circle] = []
        self.files = self.acts = 0
        self.has_news = False

    def teardown(self) -> None:
        self.bank.close()

    @initialize(seed=seeds, most=st.sampled_from([30, 20, 10]))
    def begin(self, seed: int, most: int) -> None:
        """The first night, which is built whole."""
        self.circles = [Circle(number) for number in range(CIRCLES)]
        self.happen(seed, most, False)
        self._night()

    @rule(seed=seeds, most=st.sampled_from([1, 2, 3, 6]), writes=st.booleans())
    def happen(self, seed: int, most: int, writes: bool) -> None:
        """Files of any kind come, of today, of a past day or of a day to come, and operators act."""
        found = [item for circle in self.circles for item in circle.happen(seed, self.as_of, most)]
        files: dict[tuple[str, str, date], list[Happening]] = defaultdict(list)
        for item in found:
            if item.feed in ("settle", "hand"):
                self._act(item)
            else:
                files[item.feed, item.purpose, item.on].append(item)
        for (feed, purpose, on), items in files.items():
            rows = tuple(item.row for item in items)
            self.bank.deliver(File(self.files, feed, on, rows, purpose, writes))
            self.files += 1
        self.has_news = self.has_news or bool(found)

    @rule(purpose=st.sampled_from(["eligible_advocates", "employees"]), days=st.integers(-3, 1))
    def deliver_an_empty_list(self, purpose: str, days: int) -> None:
        """A whole list without members ends every membership."""
        self.bank.deliver(File(self.files, "audience", self.as_of + timedelta(days), (), purpose))
        self.files, self.has_news = self.files + 1, True

    @precondition(lambda self: self.has_news)
    @rule(days=st.integers(0, 2))
    def sleep(self, days: int) -> None:
        """The next night, or another run on the same day."""
        self.as_of += timedelta(days)
        self._night()

    @rule(days=st.sampled_from([1, 4, 9, 25]))
    def pause(self, days: int) -> None:
        """Days pass without a run."""
        self.as_of += timedelta(days)
        self._night()

    @precondition(lambda self: self.has_news)
    @rule(days=st.integers(0, 1))
    def break_off(self, days: int) -> None:
        """A night that ends after its first step; the next one mends it."""
        self.as_of += timedelta(days)
        self.bank.night(self.as_of, ("resolve",))

    @rule(days=st.sampled_from([1, 6]))
    def look_back(self, days: int) -> None:
        """A night that is run again as of an earlier day."""
        self._night(self.as_of - timedelta(days))

    def _act(self, act: Happening) -> None:
        self.acts += 1
        names = {"settle": "event_resolved", "hand": "recognition_added"}
        self.bank.act(self.acts, act.on, names[act.feed], act.row)

    def _night(self, as_of: date | None = None) -> None:
        self.bank.night(as_of or self.as_of)
        self.has_news = False
        differences = self.bank.differences()
        assert not differences, differences


TestNights = pytest.mark.slow(Nights.TestCase)
TestNights.settings = settings(
    max_examples=int(WANTED or 3),
    stateful_step_count=25 if WANTED else 10,
    derandomize=not WANTED,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
