"""A made file of account openings, of any size, written in pieces; and its workspace."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

SEED = 20_261_107
AS_OF = date(2026, 11, 7)
RECORDS_AT_ONCE = 250_000
EPOCH = np.datetime64("2026-01-01T00:00:00", "us")

CONFIG = """
[workspace]
name = "bench"
time_zone = "America/New_York"
currency = "USD"
id_secret = "file:id_secret.txt"

[intake]
minutes_per_file = 600

[[programs]]
id = "refer"
from = 2026-01-01
events = ["account_opened"]

[[events]]
name = "account_opened"
stage = 3
rewardable = true

[[feeds]]
id = "openings"
kind = "events"
source = "inbox"
pattern = "openings_{date:%Y%m%d}.csv"
constants = { event_name = "account_opened", currency = "USD" }
after = { results_to = "results" }
"""
CASTS = {"event_time": "TIMESTAMP", "amount": "DECIMAL(18, 2)"}
FILE, FIRST_FILE = "openings_20261106.csv", "openings_20261105.csv"


def make_workspace(folder: Path) -> Path:
    """Make the workspace, with a first file of one record; return where the large file belongs."""
    (folder / "inbox").mkdir(parents=True)
    (folder / "matchback.toml").write_text(CONFIG.lstrip(), encoding="utf-8")
    (folder / "id_secret.txt").write_bytes(b"bench-secret-that-protects-nobody")
    write_openings(folder / "inbox" / FIRST_FILE, records=1, first=10**9)
    return folder / "inbox" / FILE


def write_openings(
    path: Path, *, records: int = 0, size: int = 0, first: int = 0, remark_bytes: int = 0
) -> int:
    """Write so many records, or as many as make the size; return how many. Each is another customer's, from `first` on.

    `remark_bytes` adds columns that no contract knows, as the exports of banks have them.
    """
    chance = np.random.default_rng(SEED)
    written = 0
    with path.open("wb") as sink:
        while written < records or sink.tell() < size:
            count = min(RECORDS_AT_ONCE, records - written) if records else RECORDS_AT_ONCE
            frame = _openings(chance, first + written, count, remark_bytes)
            frame.write_csv(sink, include_header=written == 0)
            written += count
    return written


def _openings(chance: np.random.Generator, first: int, count: int, remark_bytes: int) -> pl.DataFrame:
    numbers = pl.int_range(first, first + count, dtype=pl.Int64, eager=True).alias("n")
    opened = EPOCH + (chance.uniform(270, 309, count) * 86_400e6).astype("timedelta64[us]")
    digits = pl.col("n").cast(pl.String).str.zfill(9)
    used = pl.Series("used", chance.uniform(size=count))
    frame = pl.DataFrame([numbers, pl.Series("opened", opened), used]).select(
        ("O" + digits).alias("partner_event_id"),
        pl.col("opened").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("event_time"),
        ("F" + digits).alias("partner_user_id"),
        ("friend" + digits + "@example.com").alias("email"),
        ("ACC" + digits).alias("account_id"),
        pl.when(pl.col("used") < 0.15).then("C" + digits).alias("coupon_code"),
        pl.when(pl.col("used") > 0.96).then("S" + digits).alias("share_id"),
        (pl.col("n") % 900 + 100).cast(pl.String).add(".00").alias("amount"),
    )
    if remark_bytes:
        remark = pl.lit("Opened at the branch by an officer; the customer was told of the terms. " * 8)
        frame = frame.with_columns(remark.str.slice(0, remark_bytes).alias("branch_remark"))
    return frame
