"""A made world with known truth: who really brought each friend, what of it left a trace, and what misleads.

100,000 events (60,000 openings, 40,000 qualifications that carry the account only) go through the real intake as CSV.
The history that they are joined against (1,000,000 shares; clicks, share recipients, coupons, advocates) is appended to
the base tables directly, in the shape that load gives them. All from one seed.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from matchback.intake.bulk_keys import derive_keys
from matchback.keys import derive_key

SEED = 20_261_101
AS_OF = date(2026, 11, 7)
RECEIVED_ON = date(2026, 11, 1)
SECRET = b"bench-secret-that-protects-nobody"
EPOCH = np.datetime64("2026-01-01T00:00:00", "us")
DAY = np.timedelta64(86_400_000_000, "us")
# How friends came, and what they left behind. `moved` used an address that the advocate did not know; `misled` clicked
# a stranger's link last; `late` clicked only after the opening; `stale` was sent a share too long ago.
WAYS = {
    "click": 0.46,
    "coupon": 0.15,
    "sent": 0.07,
    "link": 0.04,
    "moved": 0.02,
    "misled": 0.01,
    "late": 0.02,
    "stale": 0.02,
    "alone": 0.21,
}
BROUGHT = ("click", "coupon", "sent", "link", "moved", "misled")

CONFIG = """
[workspace]
name = "bench"
time_zone = "America/New_York"
currency = "USD"
id_secret = "file:id_secret.txt"

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened", "account_qualified"]
look_back_days = { default = 365, SHARE_RECIPIENT = 90 }

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
source = "inbox/openings"
pattern = "openings_{date:%Y%m%d}.csv"
constants = { event_name = "account_opened", currency = "USD" }

[[feeds]]
id = "qualifications"
kind = "events"
source = "inbox/qualifications"
pattern = "qualifications_{date:%Y%m%d}.csv"
constants = { event_name = "account_qualified", currency = "USD" }

[[rewards]]
id = "advocate-100"
program = "refer"
from = 2026-01-01
to = "advocate"
on = "account_qualified"
when = "amount >= 100.00"
value = { kind = "cash", amount = "100.00", currency = "USD" }
pending_days = 30
expire_after_days = 90
limits = [{ count = 5, per = "calendar_year", by = "earned_on" }]
"""


@dataclass(frozen=True)
class Size:
    """How many of what."""

    openings: int = 60_000
    qualifications: int = 40_000
    shares: int = 1_000_000
    advocates: int = 50_000
    noise_clicks: int = 250_000
    noise_emails: int = 150_000

    @property
    def events(self) -> int:
        return self.openings + self.qualifications


def make_world(folder: Path, size: Size) -> dict[str, int]:
    """Make the workspace, its event files, its history and `truth.parquet`; return the rows of each base table."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / "matchback.toml").write_text(CONFIG.lstrip(), encoding="utf-8")
    (folder / "id_secret.txt").write_bytes(SECRET)
    world = _World(np.random.default_rng(SEED), size)
    _write_events(folder, world)
    world.truth().write_parquet(folder / "truth.parquet")
    return _append_history(folder, world)


class _World:
    """Who is there, and what happened, as columns."""

    def __init__(self, chance: np.random.Generator, size: Size) -> None:
        self.size = size
        n = size.openings
        self.ways = chance.choice(list(WAYS), size=n, p=list(WAYS.values()))
        self.opened_at = EPOCH + (chance.uniform(270, 309, n) * 86_400e6).astype("timedelta64[us]")
        self.qualified = np.sort(chance.permutation(n)[: size.qualifications])
        self.share_advocate = chance.integers(0, size.advocates, size.shares)
        self.shared_at = EPOCH + (chance.uniform(1, 300, size.shares) * 86_400e6).astype("timedelta64[us]")
        self.true_share = chance.integers(0, size.shares, n)
        self.wrong_share = chance.integers(0, size.shares, n)
        self._put_shares_before(chance)
        self.clicks = self._clicks(chance)
        self.emails = self._emails(chance)

    def _put_shares_before(self, chance: np.random.Generator) -> None:
        """Every share that brings somebody is made 5 to 60 days before the opening (a stale one, 150 to 200)."""
        gap = chance.uniform(5, 60, self.size.openings)
        gap[self.ways == "stale"] = chance.uniform(150, 200, int((self.ways == "stale").sum()))
        _, first = np.unique(self.true_share, return_index=True)
        taken = np.zeros(self.size.openings, dtype=bool)
        taken[first] = True
        self.ways[~taken] = "alone"  # a share brings one friend here, so that its time is free
        self.shared_at[self.true_share[first]] = self.opened_at[first] - (gap[first] * 86_400e6).astype(
            "timedelta64[us]"
        )

    def is_way(self, *names: str) -> np.ndarray[Any, Any]:
        return np.flatnonzero(np.isin(self.ways, names))

    def _clicks(self, chance: np.random.Generator) -> pl.DataFrame:
        direct, misled, late = self.is_way("click", "misled"), self.is_way("misled"), self.is_way("late")
        noise = self.size.noise_clicks
        shares = chance.integers(0, self.size.shares, noise)
        return pl.concat(
            [
                self._touch(
                    direct, self.true_share[direct], self.shared_at[self.true_share[direct]] + 2 * DAY
                ),
                self._touch(
                    misled, self.wrong_share[misled], self.opened_at[misled] - np.timedelta64(3600, "s")
                ),
                self._touch(late, self.true_share[late], self.opened_at[late] + np.timedelta64(60, "s")),
                self._touch(np.full(noise, -1), shares, self.shared_at[shares] + DAY),
            ]
        )

    def _emails(self, chance: np.random.Generator) -> pl.DataFrame:
        sent = self.is_way("click", "sent", "stale")
        noise = self.size.noise_emails
        shares = chance.integers(0, self.size.shares, noise)
        return pl.concat(
            [
                self._touch(sent, self.true_share[sent], self.shared_at[self.true_share[sent]]),
                self._touch(np.full(noise, -1), shares, self.shared_at[shares]),
            ]
        )

    def _touch(self, friends: Any, shares: Any, at: Any) -> pl.DataFrame:
        stranger = [f"stranger{share}@example.org" for share in shares]
        emails = [friend_email(f) if f >= 0 else stranger[row] for row, f in enumerate(friends)]
        return pl.DataFrame({"email": emails, "share": shares, "at": at})

    def truth(self) -> pl.DataFrame:
        """Return who really brought each friend, by the opening's event id; NULL for those who came alone."""
        brought = np.isin(self.ways, BROUGHT)
        members = [member(a) for a in self.share_advocate[self.true_share]]
        keys = _keys("partner_event_id", [f"O{n}" for n in range(self.size.openings)])
        advocates = _keys("partner_user_id", members)
        return pl.DataFrame(
            {"partner_event_key": keys, "advocate_key": advocates, "way": self.ways}
        ).with_columns(pl.when(pl.Series(brought)).then(pl.col("advocate_key")).alias("advocate_key"))


def friend_email(number: int) -> str:
    return f"friend{number}@example.com"


def member(number: int) -> str:
    return f"A{number:07d}"


def _write_events(folder: Path, world: _World) -> None:
    n = world.size.openings
    coupons = np.full(n, None, dtype=object)
    links = np.full(n, None, dtype=object)
    for row in world.is_way("coupon"):
        coupons[row] = f"C{world.true_share[row]}"
    for row in world.is_way("link"):
        links[row] = f"S{world.true_share[row]}"
    zone = pl.Series("event_time", world.opened_at).dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    opened = pl.DataFrame(
        {
            "partner_event_id": [f"O{row}" for row in range(n)],
            "event_time": zone,
            "partner_user_id": [f"F{row:07d}" for row in range(n)],
            "email": [friend_email(row) for row in range(n)],
            "account_id": [f"ACC{row:08d}" for row in range(n)],
            "coupon_code": coupons.tolist(),
            "share_id": links.tolist(),
            "amount": [f"{100 + row % 900}.00" for row in range(n)],
        }
    )
    qualified = pl.DataFrame(
        {
            "partner_event_id": [f"Q{row}" for row in world.qualified],
            "event_time": pl.Series(
                np.minimum(world.opened_at[world.qualified] + 10 * DAY, EPOCH + 309 * DAY)
            ).dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "account_id": [f"ACC{row:08d}" for row in world.qualified],
            "amount": [f"{100 + row % 900}.00" for row in world.qualified],
        }
    )
    for name, frame in (("openings", opened), ("qualifications", qualified)):
        (folder / "inbox" / name).mkdir(parents=True)
        frame.write_csv(folder / "inbox" / name / f"{name}_20261106.csv")


def _append_history(folder: Path, world: _World) -> dict[str, int]:
    from matchback.context import open_context
    from matchback.steps import open_writer
    from matchback.workspace import Workspace

    size = world.size
    share_keys = _keys("share_id", [f"S{number}" for number in range(size.shares)])
    member_keys = _keys("partner_user_id", [member(number) for number in range(size.advocates)])
    used = world.is_way("coupon")
    coupon_shares = world.true_share[used]
    facts = {
        "fact_shares": {
            "share_key": share_keys,
            "advocate_partner_user_key": member_keys[world.share_advocate],
            "program": ["refer"] * size.shares,
            "channel": ["email"] * size.shares,
            **_when("shared", world.shared_at),
            "incentivized": [False] * size.shares,
            "container": ["production"] * size.shares,
        },
        "fact_clicks": {
            "click_key": _keys("click_id", [f"K{number}" for number in range(len(world.clicks))]),
            "share_key": share_keys[world.clicks["share"].to_numpy()],
            "email_key": _keys("email", world.clicks["email"].to_list()),
            **_when("clicked", world.clicks["at"].to_numpy()),
            "container": ["production"] * len(world.clicks),
        },
        "fact_emails": {
            "email_id": _keys("email_id", [f"E{number}" for number in range(len(world.emails))]),
            "share_key": share_keys[world.emails["share"].to_numpy()],
            "recipient_email_key": _keys("email", world.emails["email"].to_list()),
            **_when("sent", world.emails["at"].to_numpy()),
            "container": ["production"] * len(world.emails),
        },
        "fact_coupons": {
            "coupon_key": _keys("coupon_code", [f"C{share}" for share in coupon_shares]),
            "purpose": ["friend_offer"] * len(used),
            "share_key": share_keys[coupon_shares],
            **_when("issued", world.shared_at[coupon_shares]),
            "single_use": [True] * len(used),
        },
        "fact_advocates": {
            "advocate_record_id": _keys("advocate", [member(number) for number in range(size.advocates)]),
            "partner_user_key": member_keys,
            "email_key": _keys(
                "email", [f"advocate{number}@example.com" for number in range(size.advocates)]
            ),
            "enrolled_on": [date(2026, 1, 1)] * size.advocates,
            "pay_to_key": _keys("account_id", [f"PAY{number}" for number in range(size.advocates)]),
        },
    }
    context = open_context(Workspace.at(folder), as_of=AS_OF)
    rows = {}
    with open_writer(context) as writing:
        warehouse = writing.writer
        with warehouse.transaction("history"):
            for sequence, (table, columns) in enumerate(facts.items(), start=1):
                rows[table] = warehouse.append(table, _fact_table(table, columns, sequence))
                warehouse.append("files", _file_row(table, rows[table], sequence))
            warehouse.set_state("facts_seq", str(len(facts)))
    return rows


def _keys(kind: str, values: Sequence[str]) -> Any:
    return derive_keys(SECRET, kind, pl.Series(values, dtype=pl.String))[0]


def _when(stem: str, at: Any) -> dict[str, Any]:
    local = pl.Series(at).dt.replace_time_zone("UTC").dt.convert_time_zone("America/New_York").dt.date()
    return {f"{stem}_at": at, f"{stem}_on": local.to_list()}


def _fact_table(table: str, columns: dict[str, Any], sequence: int) -> pa.Table:
    """Return columns as a fact table: one version of each row, seen once, in one file of history."""
    count = len(next(iter(columns.values())))
    file_id = _file_id(table)
    frame = pl.DataFrame(columns).with_columns(
        file_id=pl.lit(file_id),
        record_number=pl.int_range(1, count + 1, dtype=pl.Int64),
        received_on=pl.lit(RECEIVED_ON),
        facts_seq=pl.lit(sequence, dtype=pl.Int64),
        last_file_id=pl.lit(file_id),
        last_record_number=pl.int_range(1, count + 1, dtype=pl.Int64),
        last_received_on=pl.lit(RECEIVED_ON),
        content_key=pl.lit(sequence, dtype=pl.Int64),
        version_key=pl.lit(sequence, dtype=pl.Int64),
    )
    return frame.to_arrow()


def _file_row(table: str, count: int, sequence: int) -> pa.Table:
    """Return the row of `files` that the history of one base table is said to come from."""
    row = {
        "file_id": _file_id(table),
        "feed_id": "history",
        "kind": table.removeprefix("fact_"),
        "received_at": datetime(2026, 11, 1, 5),
        "received_on": RECEIVED_ON,
        "status": "loaded",
        "records": count,
        "accepted": count,
        "refused": 0,
        "duplicates": 0,
        "conflicts": 0,
        "waiting": 0,
        "control_lines": 0,
        "facts_seq": sequence,
    }
    return pl.DataFrame([row]).to_arrow()


def _file_id(table: str) -> str:
    return f"{derive_key(SECRET, 'bench_file', table):016x}"
