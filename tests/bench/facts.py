"""Write a made history as the base tables of a workspace, in the shape that load gives them; and one more night.

Each day's rows of one kind are a file that came the next day (a few come later), so that files, days of receipt and
watermarks are as after so many nights. No CSV is read: at this size intake would take hours, and is measured apart.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .history import DAY, LATE, NOBODY, SEED, History, Numbers, Size, key

SECRET = b"bench-secret-that-protects-nobody"
NIGHT = date(2026, 11, 7)  # receives what happened on the day before
HISTORY_ENDS = NIGHT - timedelta(days=1)
ROWS_AT_ONCE = 2_000_000
KINDS = ("events", "shares", "emails", "clicks", "coupons", "advocates")
CHANNELS = ("link", "email")
CONFIG = """
[workspace]
name = "bench"
time_zone = "UTC"
currency = "USD"
id_secret = "file:id_secret.txt"

[[programs]]
id = "refer"
from = 2000-01-01
events = ["account_opened", "account_qualified"]

[[events]]
name = "account_opened"
stage = 3
rewardable = true

[[events]]
name = "account_qualified"
stage = 4
rewardable = true

[[feeds]]
id = "openings"
kind = "events"
source = "inbox"
pattern = "openings_{date:%Y%m%d}.csv"
constants = { event_name = "account_opened", currency = "USD" }
"""


def make_history(folder: Path, size: Size) -> dict[str, int]:
    """Make a workspace with its history, `truth.parquet`, and the night aside; return the rows of each table."""
    from matchback.context import open_context
    from matchback.steps import open_writer
    from matchback.workspace import Workspace

    shutil.rmtree(folder, ignore_errors=True)
    (folder / "inbox").mkdir(parents=True)
    (folder / "night").mkdir()
    (folder / "matchback.toml").write_text(CONFIG.lstrip(), encoding="utf-8")
    (folder / "id_secret.txt").write_bytes(SECRET)
    history = History(size)
    truth = {name: _missing(values) for name, values in history.truth().items()}
    pq.write_table(pa.table(truth), folder / "truth.parquet")
    rows = {}
    context = open_context(Workspace.at(folder), as_of=HISTORY_ENDS)
    with open_writer(context) as writing:
        warehouse = writing.writer
        for kind, columns in _tables(history):
            table = _Table(kind, columns, size.days)
            with warehouse.transaction(kind):
                rows[kind] = sum(
                    warehouse.append(f"fact_{kind}", piece) for piece in table.pieces(night=False)
                )
                warehouse.append("files", table.files(night=False))
            pq.write_table(
                pa.concat_tables(table.pieces(night=True)), folder / "night" / f"fact_{kind}.parquet"
            )
            pq.write_table(table.files(night=True), folder / "night" / f"files_{kind}.parquet")
        with warehouse.transaction("watermark"):
            warehouse.set_state("facts_seq", str(size.days * len(KINDS)))
    return rows


def append_night(folder: Path, size: Size) -> dict[str, int]:
    """Append the night's facts as a new day's files; return the rows of each table."""
    from matchback.context import open_context
    from matchback.steps import open_writer
    from matchback.workspace import Workspace

    rows = {}
    with (
        open_writer(open_context(Workspace.at(folder), as_of=NIGHT)) as writing,
        writing.writer.transaction("night"),
    ):
        for kind in KINDS:
            facts = pq.read_table(folder / "night" / f"fact_{kind}.parquet")
            rows[kind] = writing.writer.append(f"fact_{kind}", facts)
            writing.writer.append("files", pq.read_table(folder / "night" / f"files_{kind}.parquet"))
        writing.writer.set_state("facts_seq", str((size.days + 1) * len(KINDS)))
    return rows


class _Table:
    """The rows of one base table in the order in which they came, cut into one file for each day."""

    def __init__(self, kind: str, columns: dict[str, Any], days: int) -> None:
        happened = columns.pop("happened")
        chance = np.random.default_rng([SEED, KINDS.index(kind)])
        days_late = np.where(chance.random(len(happened)) < LATE, chance.integers(0, 6, len(happened)), 0)
        days_late = np.zeros_like(days_late) if kind in ("events", "advocates") else days_late
        arrives = np.minimum(happened // DAY + days_late, days)
        self.kind, self.columns, self.days = kind, columns, days
        self.order = np.lexsort((happened, arrives))
        self.arrives = arrives[self.order]
        self.starts = np.searchsorted(self.arrives, np.arange(days + 2))
        self.names = [
            f"{int(name):016x}" for name in key("file", np.arange(days + 1) * len(KINDS) + KINDS.index(kind))
        ]

    def pieces(self, *, night: bool) -> Iterator[pa.Table]:
        """Yield the rows of the history, or of the night, as Arrow tables."""
        first, last = (self.starts[self.days], len(self.order)) if night else (0, self.starts[self.days])
        for start in range(int(first), max(int(last), int(first) + 1), ROWS_AT_ONCE):
            yield self._piece(start, min(start + ROWS_AT_ONCE, int(last)))

    def files(self, *, night: bool) -> pa.Table:
        """Return the rows of `files`."""
        chosen = range(self.days, self.days + 1) if night else range(self.days)
        counts = np.diff(self.starts)
        zeros = ("refused", "duplicates", "conflicts", "waiting", "control_lines")
        return pa.Table.from_pylist(
            [
                {
                    "file_id": self.names[day],
                    "feed_id": "history",
                    "kind": self.kind,
                    "received_at": datetime.combine(self._received(day), time(5)),
                    "received_on": self._received(day),
                    "status": "loaded",
                    "records": int(counts[day]),
                    "accepted": int(counts[day]),
                    "facts_seq": self._sequence(day),
                }
                | dict.fromkeys(zeros, 0)
                for day in chosen
            ]
        )

    def _received(self, day: int) -> date:
        return NIGHT - timedelta(days=self.days - day)

    def _sequence(self, day: Any) -> Any:
        return day * len(KINDS) + KINDS.index(self.kind) + 1

    def _piece(self, start: int, end: int) -> pa.Table:
        rows, day = self.order[start:end], self.arrives[start:end]
        columns = {name: _taken(values, rows) for name, values in self.columns.items()}
        origin = {
            "file_id": pa.DictionaryArray.from_arrays(pa.array(day.astype(np.int32)), pa.array(self.names)),
            "record_number": pa.array(np.arange(start, end) - self.starts[day] + 1),
            "received_on": _days(self.days, day + 1),
        }
        content = key("content", rows * len(KINDS) + KINDS.index(self.kind))
        return pa.table(
            columns
            | origin
            | {f"last_{name}": values for name, values in origin.items()}
            | {"facts_seq": pa.array(self._sequence(day)), "content_key": content, "version_key": content + 1}
        )


def _taken(values: Any, rows: Numbers) -> Any:
    if isinstance(values, np.ndarray):
        return _missing(values[rows]) if values.dtype == np.int64 else pa.array(values[rows])
    return values.take(pa.array(rows)) if isinstance(values, pa.Array) else pa.repeat(values, len(rows))


def _missing(values: Numbers) -> pa.Array:
    return pa.array(values, mask=values == NOBODY)


def _days(days: int, numbers: Numbers) -> pa.Array:
    """Return dates of day numbers; the day after the last one is NIGHT."""
    first = np.datetime64(HISTORY_ENDS) - days
    return pa.array(first + numbers)


def _tables(history: History) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each kind with its columns, and `happened` as microseconds since the first day."""
    days = history.size.days
    made = history.shares.whole()
    yield "events", _events(history)
    shares = np.arange(len(history.shares))
    by_email = history.chance.random(len(shares)) < 0.2  # the advocate is named by email instead of member id
    member, email = key("member", made["advocate"]), key("email-a", made["advocate"])
    yield (
        "shares",
        {
            "share_key": key("share", shares),
            "advocate_partner_user_key": np.where(by_email, NOBODY, member),
            "advocate_email_key": np.where(by_email, email, NOBODY),
            "program": pa.scalar("refer"),
            "channel": pa.DictionaryArray.from_arrays(
                pa.array(made["by_email"].astype(np.int8)), pa.array(CHANNELS)
            ),
            **_when("shared", made["at"], days),
            "incentivized": pa.scalar(False),
            "container": pa.scalar("production"),
        },
    )
    sent = history.emails.whole()
    yield (
        "emails",
        {
            "email_id": key("email-id", np.arange(len(history.emails))),
            "share_key": key("share", sent["share"]),
            "recipient_email_key": sent["email"],
            **_when("sent", sent["at"], days),
            "container": pa.scalar("production"),
        },
    )
    clicked = history.clicks.whole()
    yield (
        "clicks",
        {
            "click_key": key("click", np.arange(len(history.clicks))),
            "share_key": key("share", clicked["share"]),
            "visitor_key": clicked["visitor"],
            "email_key": clicked["email"],
            **_when("clicked", clicked["at"], days),
            "container": pa.scalar("production"),
        },
    )
    yield "coupons", _coupons(history, made["at"])
    advocates = np.arange(history.size.advocates)
    yield (
        "advocates",
        {
            "advocate_record_id": key("record", advocates),
            "partner_user_key": key("member", advocates),
            "email_key": key("email-a", advocates),
            "advocate_code_key": key("code", advocates),
            "enrolled_on": pa.scalar(HISTORY_ENDS - timedelta(days=days)),
            "pay_to_key": key("pay-to", advocates),
            "happened": np.zeros(len(advocates), np.int64),
        },
    )


def _when(stem: str, at: Numbers, days: int) -> dict[str, Any]:
    start = np.datetime64(HISTORY_ENDS - timedelta(days=days), "us")
    moments = start + at.astype("timedelta64[us]")
    return {f"{stem}_at": moments, f"{stem}_on": moments.astype("datetime64[D]"), "happened": at}


def _events(history: History) -> dict[str, Any]:
    opened, qualified = len(history.opened_at), history.qualifications
    count = opened + len(qualified["at"])
    rows = np.concatenate([np.arange(opened), qualified["opening"]])
    is_opening = np.arange(count) < opened
    named = is_opening | history.happens(
        0.5, count
    )  # half of the qualifications carry nothing but the account
    own = history.openings

    def of_opening(name: str) -> Numbers:
        return np.where(is_opening, own[name][rows], NOBODY)

    names = pa.array(["account_qualified", "account_opened"])
    amounts = 10_000 + key("amount", rows) % 90_000
    return {
        "event_id": np.where(is_opening, key("event-o", rows), key("event-q", rows)),
        "event_name": pa.DictionaryArray.from_arrays(pa.array(is_opening.astype(np.int8)), names),
        "action": pa.scalar("new"),
        **_when("occurred", np.concatenate([history.opened_at, qualified["at"]]), history.size.days),
        "time_precision": pa.scalar("second"),
        "email_key": of_opening("email"),
        "phone_key": of_opening("phone"),
        "partner_user_key": np.where(named, own["member"][rows], NOBODY),
        "account_key": key("account", rows),
        "visitor_key": of_opening("visitor"),
        "partner_event_key": np.where(is_opening, key("opening", rows), key("qualify", rows)),
        "coupon_key": of_opening("coupon"),
        "advocate_code_key": of_opening("code"),
        "share_key": of_opening("share"),
        "advocate_partner_user_key": of_opening("named"),
        "advocate_email_key": of_opening("named_email"),
        "amount_minor": amounts,
        "currency": pa.scalar("USD"),
        "container": pa.scalar("production"),
        "has_placeholder": pa.scalar(False),
    }


def _coupons(history: History, shared_at: Numbers) -> dict[str, Any]:
    issued = history.coupons.whole()
    at = shared_at[issued["share"]]
    when = _when("issued", at, history.size.days)
    purposes = pa.array(["friend_offer", "advocate_reward"])
    return {
        "coupon_key": key("coupon", issued["share"]),
        "purpose": pa.DictionaryArray.from_arrays(pa.array(issued["reward"].astype(np.int8)), purposes),
        "share_key": key("share", issued["share"]),
        **when,
        "valid_until": when["issued_on"] + 365,
        "single_use": history.happens(0.7, len(at)),
    }
