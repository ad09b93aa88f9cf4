"""The published base tables of a workspace as Python rows, for an independent count of the reports without SQL."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

Row = dict[str, Any]
UNKNOWN = "(unknown)"


class World:
    """What was published, by table; what the catalog says of each event name; who is whose friend."""

    def __init__(self, workspace: Path, as_of: date) -> None:
        """Open the current version for reading."""
        self.as_of = as_of
        self.config = tomllib.loads((workspace / "matchback.toml").read_text(encoding="utf-8"))
        self.zone = ZoneInfo(self.config["workspace"]["time_zone"])
        self.catalog = {event["name"]: event for event in self.config["events"]}
        version = workspace / "var" / "published" / "current" / "analytics.duckdb"
        self._connection = duckdb.connect(str(version), read_only=True)
        self._tables: dict[str, list[Row]] = {}

    def close(self) -> None:
        """Let go of the version."""
        self._connection.close()

    def rows(self, table: str) -> list[Row]:
        """Return all rows of a published table."""
        if table not in self._tables:
            found = self._connection.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in found.description or []]
            self._tables[table] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return self._tables[table]

    def local_day(self, moment: datetime | None) -> date | None:
        """Return the local date of a UTC time."""
        return moment and moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(self.zone).date()

    @property
    def programs(self) -> dict[str, Row]:
        """The programs by id."""
        return {program["id"]: program for program in self.config["programs"]}

    @cached_property
    def events(self) -> dict[int, Row]:
        """Every event by id."""
        return {event["event_id"]: event for event in self.rows("events")}

    @cached_property
    def counted(self) -> list[Row]:
        """The events that reports count: active, production."""
        return [e for e in self.events.values() if e["status"] == "active" and e["container"] == "production"]

    @cached_property
    def by_journey(self) -> dict[int, list[Row]]:
        """The counted events of each journey."""
        found = defaultdict(list)
        for event in self.counted:
            found[event["journey_id"]].append(event)
        return found

    def is_negative(self, event: Row) -> bool:
        """Tell whether an event is no step forward."""
        return bool(self.catalog[event["event_name"]].get("negative"))

    def stage(self, name: str) -> int:
        """Return an event name's stage."""
        return int(self.catalog[name].get("stage", 0))

    @cached_property
    def journeys(self) -> list[Row]:
        """Production journeys, each with the day of its root and with its friend (else the journey itself)."""
        found = []
        for journey in self.rows("journeys"):
            root = self.events[journey["root_event_id"]]
            if root["container"] == "production":
                friend = journey["person_id"] or journey["journey_id"]
                found.append(journey | {"root": root, "root_on": root["occurred_on"], "friend": friend})
        return found

    @cached_property
    def recognized(self) -> list[Row]:
        """Production recognitions with their event and whether it is the journey's root."""
        roots = {(j["program"], j["journey_id"]): j["root_event_id"] for j in self.rows("journeys")}
        found = []
        for row in self.rows("recognitions"):
            event = self.events[row["event_id"]]
            if event["container"] == "production":
                is_root = roots[row["program"], row["journey_id"]] == row["event_id"]
                found.append(row | {"event": event, "is_root": is_root})
        return found

    @cached_property
    def recognized_journeys(self) -> set[tuple[str, int]]:
        """Program and journey of everything recognized."""
        return {(row["program"], row["journey_id"]) for row in self.recognized}

    @cached_property
    def ended(self) -> set[int]:
        """Journeys that a negative event ended."""
        return {event["journey_id"] for event in self.counted if self.is_negative(event)}

    @cached_property
    def clicks(self) -> list[Row]:
        """Production clicks with the program that each counts for and who clicked."""
        links: dict[int, str] = {}
        days = {}
        for share in self.rows("shares"):
            days[share["share_id"]] = share["shared_on"]
            if share["shareable_id"] is not None and share["program"] is not None:
                known = links.get(share["shareable_id"], share["program"])
                links[share["shareable_id"]] = min(known, share["program"])
        found = []
        for click in self.rows("clicks"):
            if click["container"] == "production":
                program = click["program"] or links.get(click["shareable_id"]) or UNKNOWN
                found.append(click | {"for": program, "shared_on": days.get(click["share_id"])})
        return found

    @cached_property
    def shares(self) -> list[Row]:
        """Production shares."""
        return [share for share in self.rows("shares") if share["container"] == "production"]

    def periods(self, day: date) -> Iterator[tuple[str, date]]:
        """Yield the day, week and month that a day belongs to, each by its first day."""
        yield "day", day
        yield "week", day - timedelta(days=day.weekday())
        yield "month", day.replace(day=1)


def bps(part: int, whole: int) -> int | None:
    """Return a rate in basis points, cut; None where there is nothing to divide by."""
    return 10_000 * part // whole if whole > 0 else None
