"""A small believable world, written straight into the derived tables: what publishing and the page are tried on.

It stands for the steps before: three programs, a few hundred journeys over three months, rewards in every state. All of
it follows from a seed.
"""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from matchback import watermarks
from matchback.config_reports import decay_weights
from matchback.config_tables import _SHAPES, config_table
from matchback.context import RunContext, open_context
from matchback.publishing.deliver import SENT
from matchback.rewards.payout_numbers import payout_path
from matchback.rewards.tax_thresholds import threshold_rows
from matchback.warehouse import Warehouse
from matchback.watermarks import DERIVING_STEPS
from matchback.workspace import Workspace

AS_OF = date(2026, 11, 7)
LABELS = {
    "SHARE_ID": "Clicked Share Link",
    "COUPON_CODE": "Coupon Code",
    "SHARE_RECIPIENT": "Email Match-Back",
    "ADVOCATE_CODE": "Advocate Code",
    "ADVOCATE_EMAIL": "Advocate Info",
}
PROGRAMS = ("refer-a-member", "family-certificate", "nominate-a-neighbor")
STATES = ("pending", "approved", "issued", "fulfilled", "failed", "voided", "clawed_back", "declined")
PAID = {"issued", "fulfilled", "failed", "clawed_back"}
REVERSED = {"voided", "clawed_back", "declined"}
FEEDS = (
    "account-openings",
    "core-export",
    "direct-deposits",
    "landing-page",
    "clicks",
    "shares",
    "coupons",
    "members",
)
Rows = dict[str, list[dict[str, Any]]]


def fill(warehouse: Warehouse, *, journeys: int = 400, seed: int = 7) -> None:
    """Write the world into a warehouse whose tables are there and empty; the caller holds the transaction."""
    for table, rows in world(journeys, seed).items():
        schema = warehouse.table(table).schema
        full = [{name: row.get(name) for name in schema.names} for row in rows]
        warehouse.append(table, pa.Table.from_pylist(full, schema=schema))


def world(journeys: int, seed: int) -> Rows:
    """Return the rows of every table that the world fills."""
    chance = random.Random(seed)
    rows: Rows = {}
    for number in range(1, journeys + 1):
        _journey(rows, chance, number)
    for stage, name in enumerate(("account_opened", "account_qualified"), start=3):
        _add(
            rows, "config_events", event_name=name, subject="friend", stage=stage, rewardable=True,
            negative=False, repeatable=False, label=name
        )  # fmt: skip
    _add(rows, "rule_terms", rule_version="v1", rule_id="advocate-100", rule_key="advocate-100", program=PROGRAMS[0],
         reward_kind="cash", reward_currency="USD", amount_minor=10_000, pending_days=30, has_tiers=False,
         slot_kind="journey", is_current=True)  # fmt: skip
    _add(rows, "rule_limits", rule_version="v1", position=1, level=1, is_budget=False, condition="limit_1",
         measure="count", max_count=50, per="program", starts_on=101, by_date="earned_on")  # fmt: skip
    _add(rows, "config_payout", answer_within_days=10)
    _add(
        rows,
        "config_reports",
        dormant_after_days=180,
        new_for_days=30,
        top_advocates_percent=10,
        near_limit_percent=80,
    )
    for days, weight in enumerate(decay_weights(7)):
        _add(rows, "config_decay_weights", days_before_last=days, weight=weight)
    _add(rows, "config_tax_forms", role="advocate", form="1099-MISC")
    for threshold in threshold_rows():
        _add(rows, "tax_thresholds", **threshold)
    for day in range(98):
        _deliveries(rows, chance, date(2026, 8, 2) + timedelta(days=day))
    return rows


def _add(rows: Rows, table: str, **values: Any) -> None:
    rows.setdefault(table, []).append(values)


def _journey(rows: Rows, chance: random.Random, number: int) -> None:
    program = chance.choices(PROGRAMS, (7, 2, 1))[0]
    at = datetime(2026, 8, 2, 15) + timedelta(
        days=int(97 * chance.random() ** 0.7), minutes=chance.randrange(400)
    )
    event, advocate, share = number, 10_000 + number % 90, 20_000 + number
    amount = chance.choice((2500, 10_000, 50_000, 120_050))
    _add(rows, "events", event_id=event, event_name="account_opened", occurred_at=at, occurred_on=at.date(),
         person_id=number, journey_id=number, account_key=30_000 + number, amount_minor=amount, currency="USD",
         container="production", status="active", time_precision="second", file_id="a" * 16, record_number=number,
         received_on=at.date(), partner_event_key=40_000 + number)  # fmt: skip
    if chance.random() < 0.5:
        later = at + timedelta(days=20)
        _add(rows, "events", event_id=100_000 + number, event_name="account_qualified", occurred_at=later,
             occurred_on=later.date(), journey_id=number, account_key=30_000 + number, container="production",
             status="active", time_precision="second", file_id="a" * 16, record_number=number,
             received_on=later.date())  # fmt: skip
    _add(
        rows,
        "identifiers",
        identifier_key=40_000 + number,
        kind="partner_event_id",
        value=f"secret-event-{number}",
    )
    _add(rows, "journey_roots", journey_id=number, program=program, root_event_id=event, person_id=number,
         root_at=at, root_on=at.date(), container="production")  # fmt: skip
    _add(rows, "persons", person_id=number, first_seen_at=at, first_seen_on=at.date(), is_advocate=False,
         is_employee=False)  # fmt: skip
    if chance.random() < 0.3:
        reason = chance.choices(("no_evidence", "all_lost", "coupon_unknown", "no_identifier"), (8, 2, 1, 1))[
            0
        ]
        _add(rows, "unrecognized_events", event_id=event, program=program, reason_code=reason)
        return
    kind = chance.choices(list(LABELS), (66, 24, 6, 3, 1))[0]
    has_share = kind in ("SHARE_ID", "SHARE_RECIPIENT")
    earlier = at - timedelta(days=chance.randrange(1, 30))
    if has_share:
        _add(rows, "shares", share_key=share, advocate_id=advocate, program=program, shared_at=earlier,
             shared_on=earlier.date(), container="production", incentivized=False, campaign="fall-2026",
             channel=chance.choice(("email", "text", "link", "facebook")), promotion_source="mobile-app")  # fmt: skip
        _add(rows, "clicks", click_key=50_000 + number, share_key=share, person_id=number, clicked_at=at,
             clicked_on=at.date(), container="production")  # fmt: skip
    _add(rows, "recognitions", event_id=event, program=program, journey_id=number, root_event_id=event,
         person_id=number, advocate_id=advocate, recognition_type=kind, label=LABELS[kind], basis="direct",
         on_event=kind != "SHARE_RECIPIENT", share_id=share if has_share else None, evidence_at=earlier,
         is_initial=True, friend_event_number=1, eligible=True, quality="passed", container="production",
         occurred_at=at, occurred_on=at.date())  # fmt: skip
    _add(rows, "recognition_candidates", event_id=event, program=program, advocate_id=advocate,
         recognition_type=kind, on_event=kind != "SHARE_RECIPIENT", share_id=share if has_share else None,
         evidence_at=earlier, outcome="won")  # fmt: skip
    _reward(rows, chance, number, program, advocate, at.date())


def _reward(
    rows: Rows, chance: random.Random, number: int, program: str, advocate: int, earned_on: date
) -> None:
    state = chance.choices(STATES, (30, 6, 14, 32, 3, 4, 2, 1))[0]
    common = {"reward_id": 60_000 + number, "program": program, "rule_id": "advocate-100", "rule_version": "v1",
              "role": "advocate", "currency": "USD"}  # fmt: skip
    standing = {"state": state, "earned_on": earned_on, "release_on": earned_on + timedelta(days=30),
                "is_live": state not in REVERSED, "was_issued": state in PAID}  # fmt: skip
    _add(rows, "rewards", **common, beneficiary_id=advocate, journey_id=number, event_id=number, kind="cash",
         amount_minor=10_000, **standing)  # fmt: skip
    _add(rows, "posted_slots", reward_id=60_000 + number, rule_key="advocate-100", rule_version="v1", role="advocate",
         slot_id=number, ordinal=0, case_slot_id=number, journey_id=number, beneficiary_id=advocate,
         amount_minor=10_000, is_held=state in PAID, **standing)  # fmt: skip
    kinds = ["earned"]
    if state in PAID:
        kinds += ["approved", "issued"]
        _add(rows, "payouts", payout_id=1, payout_number=1, line_number=number, reward_id=60_000 + number, generation=1,
             beneficiary_id=advocate, amount_minor=10_000, currency="USD", issued_on=earned_on,
             file_hash="f" * 64)  # fmt: skip
    kinds += [] if state in ("pending", "issued") else [state]
    for place, kind in enumerate(kinds):
        amount = {"earned": 10_000}.get(kind, -10_000 if kind in REVERSED else 0)
        reversed_id = 10 * number if kind in REVERSED else None
        _add(rows, "reward_entries", **common, entry_id=10 * number + place, sequence=10 * number + place, generation=1,
             reward_kind="cash", entry_kind=kind, amount_minor=amount, effective_on=earned_on,
             reverses_entry_id=reversed_id)  # fmt: skip


def _deliveries(rows: Rows, chance: random.Random, day: date) -> None:
    for at, feed in enumerate(FEEDS):
        records = chance.randrange(20, 60)
        refused, duplicates = chance.choice((0, 0, 0, 1, 2)), chance.choice((0, 0, 5)) if at == 1 else 0
        file_id = f"{day:%m%d}{at:012x}"
        _add(rows, "files", file_id=file_id, feed_id=feed, kind="events", content_hash="0" * 64,
             delivered_name=f"jane-doe-{feed}.csv", declared_on=day, received_at=datetime(day.year, day.month, day.day),
             received_on=day, status="loaded", records=records, accepted=records - refused - duplicates,
             refused=refused, duplicates=duplicates, conflicts=0, waiting=0, control_lines=0)  # fmt: skip
        if feed == "landing-page":  # nobody expects its files
            _arrived(rows, feed, day, files=1, state="ok", is_expected=False)
        elif feed == "core-export" and day == AS_OF - timedelta(days=1):
            _arrived(rows, feed, day, files=0, state="missing", detail="no file came for the day")
        elif feed == "shares" and day == AS_OF:
            _arrived(rows, feed, day, files=1, state="late", detail="it came late: 1 day")
        else:
            _arrived(rows, feed, day, files=1, state="ok")
        for record in range(refused):
            _add(rows, "refusals", file_id=file_id, record_number=record + 1, line_number=record + 2,
                 column_name="event_time", reason_code="not_a_timestamp", message="not a timestamp")  # fmt: skip


# --- a workspace that holds the world ----------------------------------------------------------------------------

TOML = """
[workspace]
name = "harbor-credit-union"
time_zone = "America/New_York"
id_secret = "file:secret.txt"

[[programs]]
id = "refer-a-member"
from = 2026-01-01
events = ["account_opened"]

[[events]]
name = "account_opened"
stage = 3
rewardable = true

[[feeds]]
id = "account-openings"
kind = "events"
source = "inbox"
pattern = "*.csv"

[payout]
to = "bank/incoming"
"""


def make_workspace(root: Path) -> None:
    """Make a workspace whose warehouse holds the world as if every step up to `report` had run."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "matchback.toml").write_text(TOML, encoding="utf-8")
    (root / "secret.txt").write_text("openly fake secret of the tests\n", encoding="utf-8")
    context = context_of(root)
    with Warehouse.open(context.workspace, context.journal) as warehouse, warehouse.transaction("world"):
        make_tables(warehouse, context.parameters)
        fill(warehouse)
        warehouse.build("report", context.parameters)
        mark_steps(warehouse, context)
    sent = payout_path(context.workspace.outbox / "payouts", 1).with_suffix(SENT)
    sent.parent.mkdir(parents=True)
    sent.touch()  # the world's one payout file was sent, and put away since


def _arrived(
    rows: Rows, feed: str, day: date, *, files: int, state: str, is_expected: bool = True, detail: str = ""
) -> None:
    _add(rows, "feed_arrivals", feed_id=feed, day_on=day, is_expected=is_expected, files=files, records=40 * files,
         state=state, findings=None if state == "ok" else state, detail=detail or None,
         is_missing=not files)  # fmt: skip


def make_tables(warehouse: Warehouse, parameters: dict[str, Any]) -> None:
    """Make every table that the steps make, empty."""
    for name in _SHAPES:
        warehouse.replace(name, config_table(name, []))
    for step in DERIVING_STEPS:
        module = importlib.import_module(f"matchback.{step}")
        build = getattr(module, "build", None)
        if build is not None:
            build(warehouse, parameters)
        else:
            warehouse.build(step, parameters)


def context_of(root: Path, as_of: date = AS_OF) -> RunContext:
    """Return the context of a night in the workspace, without a warehouse."""
    return open_context(Workspace.at(root), as_of=as_of)


@contextmanager
def writing(root: Path, as_of: date = AS_OF) -> Iterator[RunContext]:
    """Open the workspace's warehouse for a night."""
    context = context_of(root, as_of)
    with Warehouse.open(context.workspace, context.journal) as warehouse:
        yield replace(context, warehouse=warehouse)


def mark_steps(warehouse: Warehouse, context: RunContext) -> None:
    """Record that every deriving step is current."""
    for step in DERIVING_STEPS:
        watermarks.mark(warehouse, context, step)
