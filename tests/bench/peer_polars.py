"""The recognition join in polars, written as a user of polars would: lazy frames over Parquet, one sort, one unique.

A process of its own: `python -m tests.bench.peer_polars PARQUET_FOLDER WINNERS_FILE`.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import polars as pl

from .measure import peak_kilobytes, spent

LOOK_BACK_DAYS = 365
SECOND = "1s"


def main(folder: str, winners_file: str) -> None:
    """Find the winner of every root and write them; print what it took as one line of JSON."""
    began = time.perf_counter()
    winners = find_winners(Path(folder)).collect(engine="streaming")
    winners.write_parquet(winners_file)
    taken = {"cpu": spent(), "wall": time.perf_counter() - began, "rss_mb": peak_kilobytes() / 1024}
    print(json.dumps(taken | {"rows": winners.height}))


def find_winners(folder: Path) -> pl.LazyFrame:
    """Return event, program, advocate and ground of each root's winner."""

    def read(name: str) -> pl.LazyFrame:
        return pl.scan_parquet(folder / f"{name}.parquet")

    events, shares, identifiers = read("events"), read("shares"), read("person_identifiers")
    owners, clicks, emails = read("journey_owners"), read("clicks"), read("emails")
    said = events.select(
        "event_id",
        "coupon_key",
        "advocate_code_key",
        "share_key",
        "advocate_partner_user_key",
        "advocate_email_key",
    )
    roots = read("journey_roots").join(said, left_on="root_event_id", right_on="event_id")
    carried = owners.join(identifiers, on="person_id")
    one_share = shares.select("share_key", "advocate_id", "shared_at", "shared_on")
    touched = pl.concat(
        [
            owners.join(clicks, on="person_id").select("journey_id", "share_key", "clicked_at", "clicked_on"),
            carried.filter("is_shared")
            .join(clicks, left_on="identifier_key", right_on="email_key")
            .select("journey_id", "share_key", "clicked_at", "clicked_on"),
        ]
    ).join(one_share, on="share_key")
    written = carried.join(emails, left_on="identifier_key", right_on="recipient_email_key").join(
        one_share, on="share_key"
    )
    evidence = pl.concat(
        [
            _used_coupons(roots, read("coupons"), events),
            _of_event(
                roots.join(one_share, on="share_key"),
                "SHARE_ID",
                (1, 3),
                ("advocate_id", "shared_at", "shared_on"),
            ),
            _of_event(
                roots.join(read("advocates"), on="advocate_code_key"),
                "ADVOCATE_CODE",
                (1, 2),
                ("advocate_id", "root_at", "root_on"),
            ),
            _of_event(
                roots.join(
                    identifiers.filter(~pl.col("is_shared")),
                    left_on="advocate_partner_user_key",
                    right_on="identifier_key",
                ),
                "ADVOCATE_PARTNER_USER_ID",
                (3, 1),
                ("person_id_right", "root_at", "root_on"),
            ),
            _of_event(
                roots.join(_meant(identifiers), left_on="advocate_email_key", right_on="identifier_key"),
                "ADVOCATE_EMAIL",
                (3, 2),
                ("person_id_right", "root_at", "root_on"),
            ),
            _of_event(
                roots.join(touched, on="journey_id"),
                "SHARE_ID",
                (2, 1),
                ("advocate_id", "clicked_at", "clicked_on"),
                on_event=False,
            ),
            _of_event(
                roots.join(written, on="journey_id"),
                "SHARE_RECIPIENT",
                (3, 6),
                ("advocate_id", "sent_at", "sent_on"),
                on_event=False,
            ),
        ]
    )
    shared = identifiers.filter("is_shared").join(
        identifiers.filter(~pl.col("is_shared")), on="identifier_key"
    )
    selves = pl.concat(
        [
            owners,
            owners.join(shared, on="person_id").select("journey_id", person_id="person_id_right"),
        ]
    )
    return (
        evidence.filter(
            pl.col("advocate_id").is_not_null(),
            pl.col("evidence_at").dt.truncate(SECOND) <= pl.col("root_at").dt.truncate(SECOND),
            pl.col("root_on") - pl.col("evidence_on") <= pl.duration(days=LOOK_BACK_DAYS),
        )
        .join(selves, left_on=["journey_id", "advocate_id"], right_on=["journey_id", "person_id"], how="anti")
        .sort(
            "tier",
            "evidence_at",
            "advocate_id",
            "position",
            "on_event",
            descending=[False, True, False, False, True],
        )
        .unique(["root_event_id", "program"], keep="first", maintain_order=True)
        .select("root_event_id", "program", "advocate_id", "recognition_type", "on_event")
    )


def _of_event(
    rows: pl.LazyFrame,
    ground: str,
    place: tuple[int, int],
    columns: tuple[str, str, str],
    *,
    on_event: bool = True,
) -> pl.LazyFrame:
    advocate, at, on = columns
    return rows.select(
        "root_event_id",
        "program",
        "journey_id",
        "root_at",
        "root_on",
        recognition_type=pl.lit(ground),
        on_event=pl.lit(on_event),
        tier=pl.lit(place[0]),
        position=pl.lit(place[1]),
        advocate_id=pl.col(advocate),
        evidence_at=pl.col(at),
        evidence_on=pl.col(on),
    )


def _used_coupons(roots: pl.LazyFrame, coupons: pl.LazyFrame, events: pl.LazyFrame) -> pl.LazyFrame:
    """Return the offers that may still be used: a single-use one is consumed by the first event that carries it."""
    first_uses = (
        events.filter(pl.col("status") == "active", pl.col("container") == "production")
        .join(coupons.filter("single_use"), on="coupon_key")
        .sort("occurred_at", "event_id")
        .unique("coupon_key", keep="first", maintain_order=True)
        .select("coupon_key", used_by="journey_id", used_at="occurred_at")
    )
    used = roots.join(coupons, on="coupon_key").join(first_uses, on="coupon_key", how="left")
    taken = (pl.col("used_by") != pl.col("journey_id")) & (pl.col("used_at") <= pl.col("root_at"))
    usable = used.filter(
        pl.col("purpose") == "friend_offer",
        (pl.col("valid_until") >= pl.col("root_on")).fill_null(value=True),
        ~taken.fill_null(value=False),
    )
    return _of_event(usable, "COUPON_CODE", (1, 1), ("advocate_id", "issued_at", "issued_on"))


def _meant(identifiers: pl.LazyFrame) -> pl.LazyFrame:
    """Return whom an address means: each who carries it, else its one person."""
    carriers = identifiers.filter("is_shared")
    alone = identifiers.filter(~pl.col("is_shared")).join(carriers, on="identifier_key", how="anti")
    return pl.concat([carriers, alone])


if __name__ == "__main__":
    main(*sys.argv[1:])
