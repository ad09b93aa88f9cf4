"""No published table of the sample holds two rows of its stated grain."""

from __future__ import annotations

import duckdb
import pytest

from end_to_end.conftest import SampleRun
from matchback.publishing.dictionary import published_tables

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]
GRAINS = {
    "advocates": "file_id record_number",
    "clicks": "click_id",
    "coupons": "coupon_id",
    "emails": "email_id",
    "events": "event_id",
    "files": "file_id",
    "fulfillments": "fulfillment_id",
    "identity_collisions": "identifier_key",
    "journeys": "journey_id program",
    "operator_log": "journal_number",
    "payout_reconciliation": "reward_id",
    "payout_totals": "program kind currency state",
    "payouts": "payout_id reward_id",
    "person_aliases": "alias",
    "persons": "person_id",
    "recognition_candidates": "event_id program advocate_id recognition_type on_event",
    "recognition_history": "event_id program decided_as_of",
    "recognition_quality": "journey_id program rule",
    "recognitions": "event_id program",
    "refusals": "file_id record_number column_name reason_code",
    "relationships": "person_id program from_on",
    "report_advocate_rewards": "program advocate_id kind currency",
    "report_advocates": "program advocate_id",
    "report_attribution": "program week_on advocate_id channel campaign promotion_source currency recognition_type"
    " event_name",
    "report_clawbacks": "program rule_id role kind currency month_on entry_kind reason_code",
    "report_coupon_comparison": "program",
    "report_definitions": "table_name column_name",
    "report_customer_value": "program cohort_on customer_group",
    "report_feed_arrivals": "feed_id day_on",
    "report_feed_quality": "feed_id received_on",
    "report_funnel": "program event_name",
    "report_incomplete_journeys": "program journey_id person_id",
    "report_lags": "step feed_id program",
    "report_limits": "scope program rule_id limit_name role person_id from_on",
    "report_key_figures": "program period starts_on",
    "report_near_misses": "journey_id event_id rule_id rule_version role",
    "report_program_days": "program day_on",
    "report_recognition_mix": "program recognition_type basis",
    "report_reminders": "reminder program journey_id coupon_id",
    "report_retention": "program cohort_on customer_group horizon_days",
    "report_reward_liability": "program rule_id role kind state currency",
    "report_refusals": "feed_id week_on reason_code column_name",
    "report_reward_forecast": "program rule_id role kind currency month_on basis",
    "report_reward_states": "program rule_id role kind currency state ageing",
    "report_rewards_at_risk": "feed_id rule_id deadline_on",
    "report_segments": "program segment",
    "report_ineligible": "program event_name reason_code",
    "report_unrecognized": "program event_name reason_code",
    "reward_decisions": "journey_id event_id rule_version role condition",
    "reward_entries": "entry_id",
    "reward_findings": "reward_id finding caused_by",
    "reward_rules": "rule_version",
    "rewards": "reward_id",
    "shares": "share_id",
    "tax_totals": "tax_year person_id form currency",
    "unrecognized_events": "event_id program",
    "versions": "version_id",
}


def test_every_published_table_has_a_grain_to_keep() -> None:
    assert set(GRAINS) == {table.name for table in published_tables()}


def test_every_published_table_keeps_its_grain(sample_run: SampleRun) -> None:
    database = sample_run.workspace / "var" / "published" / "current" / "analytics.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        repeated = {
            table: connection.execute(
                f"SELECT COUNT(*) FROM (SELECT 1 FROM {table} GROUP BY {', '.join(key.split())} HAVING COUNT(*) > 1)"
            ).fetchall()
            for table, key in GRAINS.items()
        }
    assert {table: found for table, found in repeated.items() if found != [(0,)]} == {}
