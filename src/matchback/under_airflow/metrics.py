"""The figures of a night for Airflow's own metrics: counts of records and files by outcome, and days of lateness.

Airflow sends them where its `[metrics]` say (StatsD, OpenTelemetry), or nowhere. Names and numbers only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RECORDS = ("accepted", "refused", "duplicates", "conflicts", "waiting")
FILES = {"files": "read", "refused_files": "refused", "waiting_files": "waiting", "failed_files": "failed"}


def tell_metrics(workspace: str, loaded: Mapping[str, Any]) -> None:
    """Count what a load did, as `handover.load_night` returned it, under matchback.<workspace>."""
    from airflow.sdk.observability.stats import gauge, incr

    outcomes: Mapping[str, int] = loaded["outcomes"]
    for outcome in RECORDS:
        incr(f"matchback.{workspace}.records.{outcome}", outcomes[outcome])
    for name, outcome in FILES.items():
        incr(f"matchback.{workspace}.files.{outcome}", outcomes[name])
    for feed_id, days in loaded["lag_days"].items():
        gauge(f"matchback.{workspace}.lag_days.{feed_id}", days)
