"""The configuration as small tables, so that the SQL joins to it instead of being written by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matchback.config import Config, Program, Reward
from matchback.config_reports import decay_weights
from matchback.rewards.tax_thresholds import threshold_rows
from matchback.small_tables import replace_changed

if TYPE_CHECKING:
    import pyarrow as pa

    from matchback.warehouse import Warehouse

LABELS = {
    "COUPON_CODE": "Coupon Code",
    "SHARE_ID": "Clicked Share Link",
    "SHAREABLE_ID": "Clicked Share Link",
    "ADVOCATE_CODE": "Advocate Code",
    "ADVOCATE_PARTNER_USER_ID": "Advocate Info",
    "ADVOCATE_EMAIL": "Advocate Info",
    "ADVOCATE_ORDER_ID": "Advocate Info",
    "ADVOCATE": "Advocate Info",
    "SHARE_RECIPIENT": "Email Match-Back",
    "INCENTIVIZED_SHARE": "Incentivized Share",
    "PARTNER_SHARE_ID": "Partner Reference",
    "MANUAL": "Manual",
}
ALWAYS_INELIGIBLE = ("outside_program", "test_record")
MANUAL_LOOK_BACK_DAYS = 36_500

_STRING, _BIGINT, _INTEGER, _DATE, _BOOLEAN = "string", "int64", "int32", "date32", "bool"
_SHAPES: dict[str, dict[str, str]] = {
    "config_programs": {
        "program": _STRING,
        "from_on": _DATE,
        "until_on": _DATE,
        "tie_break": _STRING,
        "relationship_mode": _STRING,
        "relationship_days": _INTEGER,
        "advocates_audience": _STRING,
        "advocates_at": _STRING,
        "exclusive_group": _STRING,
        "recent_customer_days": _INTEGER,
        "explain_days": _INTEGER,
    },
    "config_program_events": {"program": _STRING, "event_name": _STRING},
    "config_grounds": {
        "program": _STRING,
        "recognition_type": _STRING,
        "on_event": _BOOLEAN,
        "tier": _INTEGER,
        "position": _INTEGER,
        "look_back_days": _INTEGER,
    },
    "config_ineligible": {"program": _STRING, "reason_code": _STRING},
    "config_quality": {
        "program": _STRING,
        "rule": _STRING,
        "verdict": _STRING,
        "comparison": _STRING,
        "threshold": _BIGINT,
        "within_days": _INTEGER,
    },
    "config_disposable_domains": {"program": _STRING, "domain": _STRING},
    "config_events": {
        "event_name": _STRING,
        "subject": _STRING,
        "stage": _INTEGER,
        "rewardable": _BOOLEAN,
        "negative": _BOOLEAN,
        "repeatable": _BOOLEAN,
        "label": _STRING,
    },
    "config_identifier_caps": {"kind": _STRING, "max_persons": _INTEGER},
    "config_feed_events": {"feed_id": _STRING, "event_name": _STRING},
    "config_rule_events": {"rule_id": _STRING, "condition": _STRING, "event_name": _STRING},
    "feed_arrivals": {
        "feed_id": _STRING,
        "day_on": _DATE,
        "is_expected": _BOOLEAN,
        "files": _BIGINT,
        "records": _BIGINT,
        "usual_records": _BIGINT,
        "state": _STRING,
        "findings": _STRING,
        "detail": _STRING,
        "is_missing": _BOOLEAN,
    },
    "config_labels": {"recognition_type": _STRING, "label": _STRING},
    "config_payout": {"answer_within_days": _INTEGER},
    "config_reports": {
        "coupon_unused_days": _INTEGER,
        "qualify_days_left": _INTEGER,
        "not_funded_days": _INTEGER,
        "requires_consent": _BOOLEAN,
        "dormant_after_days": _INTEGER,
        "new_for_days": _INTEGER,
        "top_advocates_percent": _INTEGER,
        "near_limit_percent": _INTEGER,
    },
    "config_funded_events": {"event_name": _STRING},
    "config_decay_weights": {"days_before_last": _BIGINT, "weight": _BIGINT},
    "config_tax_forms": {"role": _STRING, "form": _STRING},
    "tax_thresholds": {
        "form": _STRING,
        "from_year": _INTEGER,
        "until_year": _INTEGER,
        "currency": _STRING,
        "threshold_minor": _BIGINT,
    },
}


def config_rows(config: Config) -> dict[str, list[dict[str, Any]]]:
    """Return every configuration table as rows."""
    return {
        "config_programs": [_program_row(program) for program in config.programs],
        "config_program_events": [
            {"program": program.id, "event_name": name}
            for program in config.programs
            for name in program.events
        ],
        "config_grounds": [row for program in config.programs for row in _ground_rows(program)],
        "config_ineligible": [
            {"program": program.id, "reason_code": reason}
            for program in config.programs
            for reason in _ineligible(program)
        ],
        "config_quality": [
            {
                "program": program.id,
                "rule": item.rule,
                "verdict": item.verdict,
                "comparison": item.comparison,
                "threshold": item.threshold,
                "within_days": item.within_days,
            }
            for program in config.programs
            for item in program.quality
        ],
        "config_disposable_domains": [
            {"program": program.id, "domain": domain}
            for program in config.programs
            for item in program.quality
            if item.rule == "disposable_domain"
            for domain in item.disposable_domains()
        ],
        "config_events": [
            {
                "event_name": event.name,
                "subject": event.subject,
                "stage": event.stage,
                "rewardable": event.rewardable,
                "negative": event.negative,
                "repeatable": event.repeatable,
                "label": event.label or event.name,
            }
            for event in config.events
        ],
        "config_identifier_caps": [
            {"kind": kind, "max_persons": cap} for kind, cap in sorted(config.identifiers.max_persons.items())
        ],
        "config_feed_events": [
            {"feed_id": feed.id, "event_name": feed.constants["event_name"]}
            for feed in config.feeds
            if "event_name" in feed.constants
        ],
        "config_rule_events": [row for reward in config.rewards for row in _rule_events(reward)],
        "config_labels": [{"recognition_type": key, "label": label} for key, label in LABELS.items()],
        **_payout_rows(config),
        **_report_rows(config),
    }


def _payout_rows(config: Config) -> dict[str, list[dict[str, Any]]]:
    forms = config.payout.tax_forms.model_dump()
    return {
        "config_payout": [{"answer_within_days": config.payout.answer_within_days}],
        "config_tax_forms": [{"role": role, "form": form} for role, form in forms.items() if form != "none"],
        "tax_thresholds": threshold_rows(),
    }


def _report_rows(config: Config) -> dict[str, list[dict[str, Any]]]:
    reports = config.reports
    weights = decay_weights(reports.decay_half_life_days)
    declared = [event.name for event in config.events if event.name.endswith("funded") and not event.negative]
    funded = declared if reports.funded_events is None else reports.funded_events
    return {
        "config_reports": [
            {
                **reports.model_dump(include=set(_SHAPES["config_reports"])),
                "requires_consent": any(feed.constants.get("purpose") == "consent" for feed in config.feeds),
            }
        ],
        "config_funded_events": [{"event_name": name} for name in funded],
        "config_decay_weights": [
            {"days_before_last": days, "weight": weight} for days, weight in enumerate(weights)
        ],
    }


def config_table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Return one configuration table as Arrow with its declared types."""
    import pyarrow as pa

    types = {
        _STRING: pa.string(),
        _BIGINT: pa.int64(),
        _INTEGER: pa.int32(),
        _DATE: pa.date32(),
        _BOOLEAN: pa.bool_(),
    }
    schema = pa.schema([(column, types[kind]) for column, kind in _SHAPES[name].items()])
    return pa.Table.from_pylist(rows, schema=schema)


def write_config_tables(warehouse: Warehouse, config: Config) -> None:
    """Write every configuration table, if any has changed; the caller holds the transaction."""
    tables = {name: config_table(name, rows) for name, rows in config_rows(config).items()}
    replace_changed(warehouse, "config_tables", tables)


def _program_row(program: Program) -> dict[str, Any]:
    longest = max((program.look_back(ground) for tier in program.order for ground in tier), default=0)
    return {
        "program": program.id,
        "from_on": program.from_on,
        "until_on": program.until_on,
        "tie_break": program.tie_break,
        "relationship_mode": program.relationship.mode,
        "relationship_days": program.relationship.days,
        "advocates_audience": program.advocates.audience if program.advocates else None,
        "advocates_at": program.advocates.at if program.advocates else None,
        "exclusive_group": program.exclusive_group,
        "recent_customer_days": program.recent_customer_days,
        "explain_days": program.explain_days if program.explain_days is not None else 2 * longest,
    }


def _ground_rows(program: Program) -> list[dict[str, Any]]:
    rows = [_ground(program.id, "MANUAL", True, 0, 0, MANUAL_LOOK_BACK_DAYS)]
    for tier, grounds in enumerate(program.order, start=1):
        for position, ground in enumerate(grounds, start=1):
            days = program.look_back(ground)
            kind = ground.removesuffix(".click")
            if ground == "INCENTIVIZED_SHARE":
                rows.append(_ground(program.id, kind, True, tier, position, days))
                rows.append(_ground(program.id, kind, False, tier, position, days))
            else:
                on_event = not ground.endswith(".click") and ground != "SHARE_RECIPIENT"
                rows.append(_ground(program.id, kind, on_event, tier, position, days))
    return rows


def _rule_events(reward: Reward) -> list[dict[str, Any]]:
    """Return the events that a rule waits for, each with the condition that it fulfills."""
    awaited = [("trigger", reward.on)]
    awaited += [
        (f"require_{number}", name)
        for number, item in enumerate(reward.require, start=1)
        if item.kind != "none"
        for name in item.event_names
    ]
    return [{"rule_id": reward.id, "condition": condition, "event_name": name} for condition, name in awaited]


def _ground(program: str, kind: str, on_event: bool, tier: int, position: int, days: int) -> dict[str, Any]:
    return {
        "program": program,
        "recognition_type": kind,
        "on_event": on_event,
        "tier": tier,
        "position": position,
        "look_back_days": days,
    }


def _ineligible(program: Program) -> list[str]:
    reasons = {*program.ineligible, *ALWAYS_INELIGIBLE}
    if program.advocates is not None:
        reasons.add("advocate_not_eligible")
    return sorted(reasons)
