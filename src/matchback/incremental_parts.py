"""Which tables are renewed in part, by which unit, and which of their inputs are cut to the touched units.

The touched units come from the part's file in `sql/touch/`. A cut may let through more than the touched units' rows,
never fewer: rows of other units are left out of what is put in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Unit = tuple[str, ...]
CHANGED = "changed_"  # before a table's name: its rows that changed, as they were and as they are


@dataclass(frozen=True, eq=False)
class Part:
    """Tables that are renewed together.

    `units` names the columns of each that hold its unit, in the order of the touch file's; `cuts` the columns of each
    input that may hold one; an own table is cut once it is renewed. A table without a unit is made whole; a part
    without a touch file, every time. Where a unit is judged together with what is tied to it, `ties` names the file
    that adds the nearest, asked again until it adds nothing.
    """

    touch: str
    units: Mapping[str, Unit]
    cuts: Mapping[str, tuple[Unit, ...]] = field(default_factory=dict)
    ties: str = ""


def _part(table: str, unit: str, **cuts: str) -> Part:
    """Return the part of one table; each cut gives the columns of an input, any of which may hold the unit."""
    return Part(table, {table: (unit,)}, {name: _any(columns) for name, columns in cuts.items()})


def _any(columns: str) -> tuple[Unit, ...]:
    return tuple((column,) for column in columns.split())


_NAMED = "advocate_partner_user_key advocate_email_key"
_OWN = "partner_user_key email_key phone_key"
_RESOLVE = (
    Part(
        "standing_events",
        {"event_contenders": ("event_id",), "standing_events": ("event_id",)},
        {"fact_events": _any("event_id"), "event_contenders": _any("event_id")},
    ),
    Part("", {"hash_meanings": ()}),
    Part("", {"hashed_keys": ()}),
    _part("standing_shares", "share_key", fact_shares="share_key"),
    _part("standing_clicks", "click_key", fact_clicks="click_key"),
    _part("standing_emails", "email_id", fact_emails="email_id"),
    _part("standing_coupons", "coupon_key", fact_coupons="coupon_key"),
    _part("standing_advocates", "advocate_record_id", fact_advocates="advocate_record_id"),
    _part("standing_persons", "person_record_id", fact_persons="person_record_id"),
    Part(
        "standing_audience",
        {"standing_audience": ("purpose", "list_on")},
        {"fact_audience": (("purpose", "list_on"),)},
    ),
    Part(
        "identity_nodes",
        {"identity_nodes": ("identifier_key",), "identity_edges": ("left_key",)},
        {
            "standing_events": _any(f"{_OWN} visitor_key {_NAMED}"),
            "standing_clicks": _any("email_key visitor_key"),
            "standing_advocates": _any(_OWN),
            "standing_persons": _any(f"{_OWN} same_person_key"),
            "standing_audience": _any(_OWN),
            "standing_shares": _any(_NAMED),
            "standing_emails": _any("recipient_email_key recipient_phone_key"),
            "standing_coupons": _any(f"{_NAMED} issued_to_email_key"),
        },
    ),
    Part("", {"member_classes": ()}),
    _part("strong_components", "identifier_key", identity_nodes="identifier_key", identity_edges="right_key"),
    _part("identifier_carriers", "identifier_key", identity_edges="right_key"),
    _part("identifier_verdicts", "identifier_key", identifier_carriers="identifier_key"),
    _part(
        "weak_components",
        "node_key",
        identifier_carriers="strong_key identifier_key",
        identity_edges="left_key right_key",
        strong_components="strong_key",
    ),
    _part(
        "component_identifiers",
        "identifier_key",
        strong_components="identifier_key",
        identity_nodes="identifier_key",
    ),
    Part(
        "person_identifiers",
        {
            "person_identifiers": ("identifier_key",),
            "household_hints": ("identifier_key",),
            "person_aliases": ("alias",),
        },
        {name: _any("identifier_key") for name in ("component_identifiers", "identifier_carriers")},
    ),
    _part(
        "identity_collisions",
        "identifier_key",
        identifier_verdicts="identifier_key",
        weak_components="node_key",
    ),
    Part("", {"named_events": ()}),
    _part("events", "event_id", standing_events="event_id"),
    Part(
        "journey_owners",
        dict.fromkeys(("journey_events", "journey_owners", "journey_roots"), ("journey_id",)),
        {"events": _any("journey_id"), "journey_events": _any("journey_id")},
    ),
    _part("advocates", "advocate_record_id", standing_advocates="advocate_record_id"),
    _part(
        "advocate_references",
        "reference_key",
        component_identifiers="identifier_key",
        advocates="advocate_code_key shareable_key",
    ),
    _part("shares", "share_key", standing_shares="share_key"),
    _part("clicks", "click_key", standing_clicks="click_key"),
    _part("emails", "email_id", standing_emails="email_id"),
    _part("coupons", "coupon_key", standing_coupons="coupon_key"),
    Part("memberships", {"memberships": ()}),
    _part("customers", "person_record_id", standing_persons="person_record_id"),
    _part(
        "persons",
        "person_id",
        component_identifiers="person_id",
        customers="person_id",
        advocates="advocate_id",
        shares="advocate_id",
        coupons="advocate_id",
        memberships="person_id",
    ),
)

_RULES = (
    "shared_identifiers",
    "seconds_after_click",
    "referral_counts",
    "coupon_uses",
    "guessed_series",
)
_ROOT: Unit = ("root_event_id", "program")
_RECOGNIZE = (
    _part("judged_events", "event_id", events="event_id"),
    _part("judged_roots", "journey_id", journey_roots="journey_id", events="journey_id"),
    Part(
        "ranked_candidates",
        {"touches": ("journey_id",), "ranked_candidates": ("journey_id",)},
        {name: _any("journey_id") for name in ("judged_roots", "journey_owners", "touches")},
    ),
    Part(
        "turn_decisions",
        {"turn_decisions": ("friend_key",), "relationships": ("person_id",)},
        {"judged_roots": _any("friend_key")},
    ),
    _part("root_decisions", "journey_id", turn_decisions="journey_id"),
    _part(
        "journeys",
        "journey_id",
        judged_roots="journey_id",
        events="journey_id",
        root_decisions="journey_id",
    ),
    Part(
        "quality_similar_emails",
        {"quality_similar_emails": _ROOT, "quality_disposable_domains": _ROOT},
        {"root_decisions": (_ROOT,)},
    ),
    *(
        Part(table, {table: _ROOT}, {"root_decisions": (_ROOT,)})
        for table in ("root_eligibility", *(f"quality_{rule}" for rule in _RULES))
    ),
    _part("recognition_quality", "event_id", root_decisions="root_event_id"),
    _part("event_numbers", "friend_key", judged_roots="friend_key"),
    _part("referral_numbers", "advocate_id", root_decisions="advocate_id"),
    _part("recognitions", "journey_id", event_numbers="journey_id", root_decisions="journey_id"),
    _part(
        "recognition_candidates",
        "event_id",
        ranked_candidates="root_event_id",
        root_decisions="root_event_id",
    ),
    _part("unrecognized_events", "event_id", judged_events="event_id"),
    _part("recognition_history", "event_id", recognitions="event_id"),
)

# A unit is a journey, a person, an event or a reward: keys of different kinds never meet. The step renews this part by
# itself, since it posts between (`rewards.scope`).
_REWARD_PART = Part(
    "reward_slots",
    {
        "rewards": ("reward_id",),
        "posted_slots": ("reward_id",),
        "fulfillments": ("reward_id",),
        "reward_decisions": ("journey_id",),
    },
    {
        "events": _any("journey_id event_id account_key order_key"),
        "journey_roots": _any("journey_id"),
        "recognitions": _any("journey_id"),
        "person_aliases": _any("alias"),
        "memberships": _any("person_id"),
        "advocates": _any("advocate_id"),
        "operator_acts": _any("subject_id"),
        "fact_approvals": _any("reward_id"),
        "fact_fulfillments": _any("reward_id"),
        "reward_entries": _any("reward_id"),
        "payouts": _any("reward_id"),
    },
    ties="reward_ties",
)

PARTS: Mapping[str, tuple[Part, ...]] = {
    "resolve": _RESOLVE,
    "recognize": _RECOGNIZE,
    "reward": (_REWARD_PART,),
}
