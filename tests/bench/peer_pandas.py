"""The recognition join in pandas, written as a user of pandas would: read, merge, concatenate, sort, drop duplicates.

A process of its own: `python -m tests.bench.peer_pandas PARQUET_FOLDER WINNERS_FILE`. Columns are nullable: by default
a column of keys with a missing one becomes float64 and loses bits, silently. Missing keys are dropped before each
merge, since pandas merges missing with missing.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pandas as pd

from .measure import peak_kilobytes, spent

LOOK_BACK_DAYS = 365
COLUMNS = [
    "root_event_id",
    "program",
    "journey_id",
    "root_at",
    "root_on",
    "recognition_type",
    "on_event",
    "tier",
    "position",
    "advocate_id",
    "evidence_at",
    "evidence_on",
]


def main(folder: str, winners_file: str) -> None:
    """Find the winner of every root and write them; print what it took as one line of JSON."""
    began = time.perf_counter()
    winners = find_winners(Path(folder))
    winners.to_parquet(winners_file, index=False)
    taken = {"cpu": spent(), "wall": time.perf_counter() - began, "rss_mb": peak_kilobytes() / 1024}
    print(json.dumps(taken | {"rows": len(winners)}))


def find_winners(folder: Path) -> pd.DataFrame:
    """Return event, program, advocate and ground of each root's winner."""

    def read(name: str, *columns: str) -> pd.DataFrame:
        return pd.read_parquet(
            folder / f"{name}.parquet", columns=list(columns) or None, dtype_backend="numpy_nullable"
        )

    said = ("coupon_key", "advocate_code_key", "share_key", "advocate_partner_user_key", "advocate_email_key")
    events = read("events", "event_id", "journey_id", "occurred_at", "status", "container", *said)
    roots = read("journey_roots").merge(
        events[["event_id", *said]], left_on="root_event_id", right_on="event_id"
    )
    shares = read("shares", "share_key", "advocate_id", "shared_at", "shared_on")
    identifiers = read("person_identifiers")
    alone = identifiers[~identifiers["is_shared"]]
    owners = read("journey_owners")
    carried = owners.merge(identifiers, on="person_id")
    evidence = pd.concat(
        [
            _used_coupons(roots, read("coupons"), events),
            _graded(
                _merged(roots, shares, "share_key"),
                "SHARE_ID",
                1,
                3,
                ("advocate_id", "shared_at", "shared_on"),
            ),
            _graded(
                _merged(roots, read("advocates"), "advocate_code_key"),
                "ADVOCATE_CODE",
                1,
                2,
                ("advocate_id", "root_at", "root_on"),
            ),
            _graded(
                _merged(roots, alone, "advocate_partner_user_key", "identifier_key"),
                "ADVOCATE_PARTNER_USER_ID",
                3,
                1,
                ("person_id_right", "root_at", "root_on"),
            ),
            _graded(
                _merged(roots, _meant(identifiers), "advocate_email_key", "identifier_key"),
                "ADVOCATE_EMAIL",
                3,
                2,
                ("person_id_right", "root_at", "root_on"),
            ),
            _graded(
                _merged(roots, _touched(folder, owners, carried, shares), "journey_id"),
                "SHARE_ID",
                2,
                1,
                ("advocate_id", "clicked_at", "clicked_on"),
                on_event=False,
            ),
            _graded(
                _merged(roots, _written(folder, carried, shares), "journey_id"),
                "SHARE_RECIPIENT",
                3,
                6,
                ("advocate_id", "sent_at", "sent_on"),
                on_event=False,
            ),
        ],
        ignore_index=True,
    )
    age = pd.to_datetime(evidence["root_on"]) - pd.to_datetime(evidence["evidence_on"])
    evidence = evidence[
        evidence["advocate_id"].notna()
        & (evidence["evidence_at"].dt.floor("s") <= evidence["root_at"].dt.floor("s"))
        & (age <= pd.Timedelta(days=LOOK_BACK_DAYS))
    ]
    shared = identifiers[identifiers["is_shared"]].merge(alone, on="identifier_key", suffixes=("", "_alone"))
    also = owners.merge(shared, on="person_id")[["journey_id", "person_id_alone"]]
    selves = pd.concat([owners, also.rename(columns={"person_id_alone": "person_id"})]).drop_duplicates()
    own = evidence.merge(
        selves,
        left_on=["journey_id", "advocate_id"],
        right_on=["journey_id", "person_id"],
        how="left",
        indicator=True,
    )
    ranked = own[own["_merge"] == "left_only"].sort_values(
        ["tier", "evidence_at", "advocate_id", "position", "on_event"],
        ascending=[True, False, True, True, False],
    )
    winners = ranked.drop_duplicates(["root_event_id", "program"])
    return winners[["root_event_id", "program", "advocate_id", "recognition_type", "on_event"]]


def _merged(left: pd.DataFrame, right: pd.DataFrame, key: str, other: str = "") -> pd.DataFrame:
    return left.dropna(subset=[key]).merge(
        right.dropna(subset=[other or key]), left_on=key, right_on=other or key, suffixes=("", "_right")
    )


def _graded(
    rows: pd.DataFrame,
    ground: str,
    tier: int,
    position: int,
    columns: tuple[str, str, str],
    *,
    on_event: bool = True,
) -> pd.DataFrame:
    advocate, at, on = columns
    return rows.assign(
        recognition_type=ground,
        on_event=on_event,
        tier=tier,
        position=position,
        advocate_id=rows[advocate],
        evidence_at=rows[at],
        evidence_on=rows[on],
    )[COLUMNS]


def _used_coupons(roots: pd.DataFrame, coupons: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return the offers that may still be used: a single-use one is consumed by the first event that carries it."""
    active = events[(events["status"] == "active") & (events["container"] == "production")]
    first_uses = (
        _merged(active, coupons[coupons["single_use"]], "coupon_key")
        .sort_values(["occurred_at", "event_id"])
        .drop_duplicates("coupon_key")[["coupon_key", "journey_id", "occurred_at"]]
        .rename(columns={"journey_id": "used_by", "occurred_at": "used_at"})
    )
    used = _merged(roots, coupons, "coupon_key").merge(first_uses, on="coupon_key", how="left")
    taken = (used["used_by"] != used["journey_id"]) & (used["used_at"] <= used["root_at"])
    is_over = pd.to_datetime(used["valid_until"]) < pd.to_datetime(used["root_on"])
    usable = used[(used["purpose"] == "friend_offer") & ~is_over & ~taken.fillna(value=False)]
    return _graded(usable, "COUPON_CODE", 1, 1, ("advocate_id", "issued_at", "issued_on"))


def _touched(folder: Path, owners: pd.DataFrame, carried: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    columns = ["share_key", "person_id", "email_key", "clicked_at", "clicked_on"]
    clicks = pd.read_parquet(folder / "clicks.parquet", columns=columns, dtype_backend="numpy_nullable")
    kept = ["journey_id", "share_key", "clicked_at", "clicked_on"]
    own = _merged(owners, clicks, "person_id")[kept]
    by_address = _merged(carried[carried["is_shared"]], clicks, "identifier_key", "email_key")[kept]
    return _merged(pd.concat([own, by_address]), shares, "share_key").drop(columns="share_key")


def _written(folder: Path, carried: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    columns = ["share_key", "recipient_email_key", "sent_at", "sent_on"]
    emails = pd.read_parquet(folder / "emails.parquet", columns=columns, dtype_backend="numpy_nullable")
    sent = _merged(carried, emails, "identifier_key", "recipient_email_key")
    return _merged(sent, shares, "share_key").drop(columns="share_key")


def _meant(identifiers: pd.DataFrame) -> pd.DataFrame:
    """Return whom an address means: each who carries it, else its one person."""
    carriers = identifiers[identifiers["is_shared"]]
    return pd.concat([carriers, identifiers[~identifiers["identifier_key"].isin(carriers["identifier_key"])]])


if __name__ == "__main__":
    main(*sys.argv[1:])
