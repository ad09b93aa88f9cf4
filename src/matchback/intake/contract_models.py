"""The contracts: one Pandera model per kind of feed, the single declaration of columns, checks and examples.

Validation, keys, fact columns, documentation and the file specification are all derived from these models. A model
validates a frame of text columns with their side columns. Import this module inside functions only: Pandera is heavy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandera.polars as pa
import polars as pl

from matchback.intake.contract_columns import (
    advocate_identifiers,
    check,
    choice,
    column,
    container,
    currency,
    date,
    flag,
    identifier,
    money,
    own_identifiers,
    printable,
    reference,
    row_check,
    some,
    text,
    time,
    whole,
)

Parts = tuple[dict[str, Any], list[Any]]


@dataclass(frozen=True)
class Rules:
    """What the event catalog says about the contracts: the names that are known, and whether others may come."""

    event_names: tuple[str, ...] = ()
    custom_events: bool = False


def _events(rules: Rules) -> Parts:
    names = [check("unknown_event_name", lambda name: pl.col(name).is_in(rules.event_names))]
    columns = {
        "event_name": column(
            "text",
            "What the person did: a name of the event catalog.",
            "account_opened",
            printable() if rules.custom_events else names,
            required=True,
        ),
        "event_time": time(
            "occurred",
            "When it happened. A date alone stands at the last second of its day.",
            "2026-11-07T14:30:00-05:00",
            required=True,
            ends_day=True,
        ),
        **own_identifiers(),
        "account_id": identifier(
            "account_id", "own", "account_key", "The account that was opened.", "300000000001"
        ),
        "visitor_id": identifier(
            "visitor_id", "own", "visitor_key", "The browser, as the landing page knows it.", "v-81f3"
        ),
        "order_id": identifier("order_id", "own", "order_key", "The order or application.", "A-5512"),
        **_event_references(),
        **_event_attributes(),
    }
    return columns, []


def _event_references() -> dict[str, Any]:
    """What the event names: itself, an earlier event, and how somebody was brought."""
    return {
        "partner_event_id": reference(
            "partner_event_id", "partner_event_key", "The sender's id of this event.", "E-90001"
        ),
        "earlier_event_id": reference(
            "partner_event_id",
            "earlier_event_key",
            "partner_event_id of the event that began the journey.",
            "E-89990",
        ),
        "coupon_code": reference("coupon_code", "coupon_key", "The coupon that was used.", "FRIEND-7QK2"),
        **advocate_identifiers(),
        "share_id": reference("share_id", "share_key", "The act of sharing that led here.", "S-3301"),
        "shareable_id": reference(
            "shareable_id", "shareable_key", "The standing link that led here.", "L-77"
        ),
        "partner_share_id": reference(
            "partner_share_id", "partner_share_key", "The sender's id of a share.", "CRM-12"
        ),
        "advocate_order_id": identifier(
            "order_id", "advocate", "advocate_order_key", "An order of the advocate's.", "A-1001"
        ),
        "advocate_person_id": whole("Matchback's own person id of the advocate.", "4611686018427387904"),
    }


def _event_attributes() -> dict[str, Any]:
    return {
        "amount": money("Purchase, deposit or balance; at most 12 digits before the point.", "250.00"),
        "currency": currency(),
        "product": text("What was opened or bought.", "checking"),
        "program": text(
            "The program that the event belongs to; empty: every program that takes its name.",
            "refer-a-member",
        ),
        "container": container(),
        "owner_rank": whole("Rank of this owner of a joint account; 1 is the primary.", "1", largest=999),
        "action": choice(
            ("new", "correct", "cancel"),
            "Whether the record replaces or cancels an earlier one.",
            default="new",
        ),
        "corrected_at": time(
            "corrected", "When the correction was made; the latest holds.", "2026-11-08T09:00:00-05:00"
        ),
    }


def _shares(rules: Rules) -> Parts:
    columns = {
        "share_id": reference("share_id", "share_key", "Id of this act of sharing.", "S-3301", required=True),
        "shareable_id": reference(
            "shareable_id", "shareable_key", "The standing link that was shared.", "L-77"
        ),
        "partner_share_id": reference(
            "partner_share_id", "partner_share_key", "The sender's id of the share.", "CRM-12"
        ),
        **advocate_identifiers(),
        "program": text("The program that was shared.", "refer-a-member"),
        "campaign": text("Campaign, for reports.", "autumn-2026"),
        "channel": text("Channel, for reports.", "email"),
        "promotion_source": text("Where the advocate met the offer, for reports.", "mobile-app"),
        "shared_at": time("shared", "When it was shared.", "2026-11-01T18:02:11-04:00", required=True),
        "incentivized": flag("Whether the friend was promised something for it."),
        "container": container(),
    }
    return columns, []


def _clicks(rules: Rules) -> Parts:
    columns = {
        "click_id": reference("click_id", "click_key", "Id of the click.", "C-1"),
        "share_id": reference("share_id", "share_key", "The act of sharing that was clicked.", "S-3301"),
        "shareable_id": reference(
            "shareable_id", "shareable_key", "The standing link that was clicked.", "L-77"
        ),
        "visitor_id": identifier("visitor_id", "own", "visitor_key", "The browser that clicked.", "v-81f3"),
        "email": identifier(
            "email", "own", "email_key", "Email address of who clicked, if known.", "ann@example.com"
        ),
        "clicked_at": time("clicked", "When it was clicked.", "2026-11-02T08:15:00-05:00", required=True),
        "container": container(),
    }
    checks = [row_check("missing_identifier", some("share_id", "shareable_id"))]
    return columns, checks


def _emails(rules: Rules) -> Parts:
    columns = {
        "share_id": reference("share_id", "share_key", "The act of sharing.", "S-3301", required=True),
        "recipient_email": identifier(
            "email", "recipient", "recipient_email_key", "Whom it was sent to.", "ann@example.com"
        ),
        "recipient_phone": identifier(
            "phone", "recipient", "recipient_phone_key", "Whom it was sent to.", "(215) 555-0142"
        ),
        "sent_at": time("sent", "When it was sent.", "2026-11-01T18:02:11-04:00", required=True),
        "container": container(),
    }
    checks = [row_check("missing_identifier", some("recipient_email", "recipient_phone"))]
    return columns, checks


def _coupons(rules: Rules) -> Parts:
    columns = {
        "coupon_code": reference("coupon_code", "coupon_key", "The code.", "FRIEND-7QK2", required=True),
        "purpose": choice(
            ("friend_offer", "advocate_reward", "public"), "What the coupon is for.", required=True
        ),
        "share_id": reference("share_id", "share_key", "The share through which it was issued.", "S-3301"),
        **advocate_identifiers(),
        "issued_to": identifier(
            "email", "recipient", "issued_to_email_key", "Whom it was issued to.", "ann@example.com"
        ),
        "issued_at": time("issued", "When it was issued.", "2026-11-01T18:02:11-04:00", required=True),
        "valid_from": date("First day on which it holds.", "2026-11-01"),
        "valid_until": date("Last day on which it holds.", "2026-12-31"),
        "revoked_on": date("Day from which it no longer holds.", "2026-11-15"),
        "single_use": flag("Whether one use consumes it."),
        "program": text("The program that it belongs to.", "refer-a-member"),
    }
    return columns, []


def _advocates(rules: Rules) -> Parts:
    columns = {
        **own_identifiers(required=True),
        "advocate_code": reference(
            "advocate_code", "advocate_code_key", "The code that friends type.", "BO-LEE"
        ),
        "shareable_id": reference("shareable_id", "shareable_key", "The advocate's standing link.", "L-77"),
        "enrolled_on": date("Day of enrollment.", "2026-08-01"),
        "left_on": date("Day of leaving.", "2026-10-31"),
        "pay_to_account_id": reference(
            "account_id", "pay_to_key", "Account that rewards are paid to.", "300000000001"
        ),
    }
    return columns, []


def _persons(rules: Rules) -> Parts:
    columns = {
        **own_identifiers(required=True),
        "customer_since_on": date("Since when the person is a customer.", "2019-05-02"),
        "same_person": identifier(
            "partner_user_id", "own", "same_person_key", "Another member id of the same person.", "M200111"
        ),
    }
    return columns, []


def _audience(rules: Rules) -> Parts:
    purposes = ("eligible_advocates", "existing_customers", "employees", "blocked", "opt_out", "consent")
    columns = {"purpose": choice(purposes, "What the list is for.", required=True), **own_identifiers()}
    checks = [row_check("missing_identifier", some("email", "phone", "partner_user_id"))]
    return columns, checks


def _approvals(rules: Rules) -> Parts:
    columns = {
        "reward_id": whole("The reward, as in the published tables.", "4611686018427387904", required=True),
        "decision": choice(("approve", "decline"), "The decision.", required=True),
        "decided_on": date("Day of the decision.", "2026-11-07", required=True),
        "reason_code": text("Why.", "document_checked"),
    }
    return columns, []


def _fulfillments(rules: Rules) -> Parts:
    columns = {
        "reward_id": whole("The reward, as in the payout file.", "4611686018427387904", required=True),
        "status": choice(("fulfilled", "failed", "redeemed", "expired"), "What became of it.", required=True),
        "reported_on": date("Day of the report.", "2026-11-07", required=True),
        "reason_code": text("Why, if it failed.", "account_closed"),
        "amount": money("What was paid, to be held against the payout file.", "100.00"),
        "currency": currency(),
    }
    return columns, []


def _costs(rules: Rules) -> Parts:
    columns = {
        "program": text("The program that bore it.", "refer-a-member", required=True),
        "cost_on": date("Day of the cost.", "2026-11-07", required=True),
        "amount": money("The cost; at most 12 digits before the point.", "1250.00", required=True),
        "currency": currency(),
    }
    return columns, []


_PARTS: dict[str, Callable[[Rules], Parts]] = {
    "events": _events,
    "shares": _shares,
    "clicks": _clicks,
    "emails": _emails,
    "coupons": _coupons,
    "advocates": _advocates,
    "persons": _persons,
    "audience": _audience,
    "approvals": _approvals,
    "fulfillments": _fulfillments,
    "costs": _costs,
}


@cache
def model(kind: str, rules: Rules, given: tuple[str, ...] | None = None) -> Any:
    """Return the Pandera model of a kind; over the given columns only, where a file can fill no others."""
    columns, checks = _PARTS[kind](rules)
    kept = {name: column for name, column in columns.items() if given is None or name in given}
    return pa.DataFrameSchema(kept, checks=checks, name=kind)
