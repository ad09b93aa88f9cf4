"""What the contracts say, for everything but validation itself: columns, their types, and where they go.

Derived from the Pandera models by introspection; nothing is declared a second time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from matchback.errors import ConfigurationError
from matchback.intake.hashed_lists import hash_of, hashed_kind

if TYPE_CHECKING:
    from matchback.config import Feed


@dataclass(frozen=True)
class ContractColumn:
    """One column of a contract.

    `type` is text, choice, currency, time, date, money, flag, whole, id, identifier, or number (only of an `extra`
    column, which the workspace declares; one that is `kept` stands in the event's attributes). For an identifier,
    `identifier` is its kind, `whose` one of own, advocate, recipient, reference, and `target` the fact column of its
    key.
    """

    name: str
    type: str
    required: bool
    description: str
    example: str
    reasons: tuple[str, ...]
    identifier: str = ""
    whose: str = ""
    target: str = ""
    stem: str = ""
    ends_day: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""
    extra: bool = False
    kept: bool = False

    @property
    def targets(self) -> tuple[str, ...]:
        """The fact columns that this column fills; the workspace's own columns fill `attributes`, if any."""
        if self.extra:
            return ()
        if self.type == "identifier":
            return (self.target,)
        if self.type == "time":
            extra = (f"{self.stem}_on",) if self.stem != "corrected" else ()
            precision = ("time_precision",) if self.stem == "occurred" else ()
            return (f"{self.stem}_at", *extra, *precision)
        if self.type == "money":
            return ("amount_minor",)
        return (self.name,)


@dataclass(frozen=True)
class Contract:
    """The contract of one kind of feed, and the fact table that it fills.

    `identity_column` is the fact column that tells facts apart, made from the `identity` columns of a record (the feed
    may declare others); records of a kind with `conflicts` that share an identity and differ in content conflict, of
    the others the latest version holds. `keyed` means that the identity column is the key of the identity itself. Of
    each of the `alternatives`, every record needs one column at least.
    """

    kind: str
    columns: tuple[ContractColumn, ...]
    table: str
    identity_column: str
    identity: tuple[str, ...]
    conflicts: bool
    keyed: bool
    alternatives: tuple[tuple[str, ...], ...] = ()

    def column(self, name: str) -> ContractColumn | None:
        """Return the column of this name, if the contract has it."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def money(self) -> ContractColumn | None:
        """The money column, if the kind has one."""
        return next((column for column in self.columns if column.type == "money"), None)


# kind: fact table, identity column, default identity, whether other content conflicts, whether the key is the identity
_FACTS: dict[str, tuple[str, str, tuple[str, ...], bool, bool]] = {
    "events": ("fact_events", "event_id", ("partner_event_id",), True, False),
    "shares": ("fact_shares", "share_key", ("share_id",), True, True),
    "clicks": ("fact_clicks", "click_key", ("click_id",), True, True),
    "emails": ("fact_emails", "email_id", ("share_id", "recipient_email", "recipient_phone"), True, False),
    "coupons": ("fact_coupons", "coupon_key", ("coupon_code",), False, True),
    "advocates": ("fact_advocates", "advocate_record_id", ("partner_user_id",), False, False),
    "persons": ("fact_persons", "person_record_id", ("partner_user_id", "same_person"), False, False),
    "audience": (
        "fact_audience",
        "audience_record_id",
        ("purpose", "list_on", "partner_user_id", "email", "phone"),
        False,
        False,
    ),
    "approvals": ("fact_approvals", "approval_id", ("reward_id", "decision", "decided_on"), False, False),
    "fulfillments": (
        "fact_fulfillments",
        "fulfillment_id",
        ("reward_id", "status", "reported_on"),
        False,
        False,
    ),
    "costs": ("fact_costs", "cost_id", (), False, False),
}


def fact_table(kind: str) -> tuple[str, str, bool]:
    """Return a kind's fact table, its identity column and whether other content conflicts: what needs no Pandera."""
    table, identity_column, _, conflicts, _ = _FACTS[kind]
    return table, identity_column, conflicts


@cache
def contract_of(kind: str) -> Contract:
    """Return the contract of a kind of feed (the columns do not depend on the workspace)."""
    from matchback.intake.contract_models import Rules, model

    found = model(kind, Rules())
    columns = tuple(_described(name, column) for name, column in found.columns.items())
    checks = [check._check_fn for check in found.checks if check.name == "missing_identifier"]
    alternatives = tuple(
        tuple(name for name in check.expression("").meta.root_names() if name in found.columns)
        for check in checks
    )
    table, identity_column, identity, conflicts, keyed = _FACTS[kind]
    return Contract(kind, columns, table, identity_column, identity, conflicts, keyed, alternatives)


def _described(name: str, column: Any) -> ContractColumn:
    declared = dict(column.metadata["matchback"])
    reasons = tuple(check.name for check in column.checks)
    if not column.nullable:
        reasons = ("missing", *reasons)
    return ContractColumn(
        name=name,
        required=not column.nullable,
        description=column.description,
        reasons=reasons,
        **declared,
    )


def feed_contract(feed: Feed) -> Contract:
    """Return the contract of a feed: that of its kind, with what the workspace requires and adds."""
    base = contract_of(feed.kind)
    columns = [
        replace(column, required=True)
        if column.name in feed.checks and feed.checks[column.name].required
        else column
        for column in base.columns
    ]
    columns = [
        _hashed(column, feed.hashed[column.name], feed.hashed_profile)
        if column.name in feed.hashed
        else column
        for column in columns
    ]
    columns += [
        ContractColumn(
            name=name,
            type=extra.type,
            required=extra.required,
            description=extra.description,
            example=extra.example or (extra.allowed or [""])[0],
            reasons=(),
            choices=tuple(extra.allowed or ()),
            extra=True,
            kept=extra.keep,
        )
        for name, extra in feed.extra_columns.items()
    ]
    return replace(base, columns=tuple(columns))


def _hashed(column: ContractColumn, algorithm: str, profile: str | None) -> ContractColumn:
    """Return a column of addresses or numbers as one of their hashes; others stay as they are."""
    if column.identifier not in ("email", "phone"):
        return column
    kind = hashed_kind(column.identifier, algorithm, profile)
    wrong = ("not_an_email", "not_a_phone")
    return replace(
        column,
        identifier=kind,
        reasons=tuple("not_a_hash" if reason in wrong else reason for reason in column.reasons),
        example=hash_of("ann@example.com" if column.identifier == "email" else "+12155550142", kind),
    )


def refuse_unknown_columns(feed: Any, contract: Contract) -> None:
    """Raise ConfigurationError when a feed maps to, fills or identifies by a column that its contract does not have."""
    known = {column.name for column in contract.columns}
    for where, names in (
        ("columns", feed.columns.values()),
        ("constants", feed.constants),
        ("identity", feed.identity or ()),
        ("content", feed.content or ()),
    ):
        for name in names:
            if name not in known and name != "list_on":
                raise ConfigurationError(
                    f"The feed {feed.id} names {name!r} under {where}, but the contract of {contract.kind} has no such"
                    " column.",
                    next_step=f"Its columns are: {', '.join(sorted(known))}.",
                )
