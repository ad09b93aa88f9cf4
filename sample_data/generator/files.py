"""Writes the rows of a sample as each sender would: headers, dialects, times, Parquet types."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from generator.sample import ZONE, Sample


@dataclass(frozen=True)
class Layout:
    """How one feed's files look: `columns` is header -> contract column ('=text' is a constant)."""

    folder: str
    name: str
    columns: dict[str, str]
    delimiter: str = ","
    escape: str = '"'
    newline: str = "\n"
    times: str = "offset"


LAYOUTS = {
    "vendor-history": Layout(
        "vendor-history",
        "vendor_events_{day}.csv",
        {
            "EventId": "partner_event_id",
            "EventName": "event_name",
            "OccurredAt": "event_time",
            "Email": "email",
            "Phone": "phone",
            "MemberId": "partner_user_id",
            "AccountNumber": "account_id",
            "VisitorId": "visitor_id",
            "CouponCode": "coupon_code",
            "ReferrerCode": "advocate_code",
            "ShareId": "share_id",
            "LinkId": "shareable_id",
            "PartnerShareRef": "partner_share_id",
            "ReferrerMemberId": "advocate_partner_user_id",
            "ReferrerEmail": "advocate_email",
            "ReferrerApplication": "advocate_order_id",
            "Application": "order_id",
            "Amount": "amount",
            "Currency": "currency",
            "Product": "product",
            "Environment": "container",
            "OwnerRank": "owner_rank",
        },
    ),
    "account-openings": Layout(
        "account-openings",
        "events_{day}{suffix}.csv",
        {
            "EVENT_NAME": "event_name",
            "FIRST_NAME": "first",
            "LAST_NAME": "last",
            "EMAIL": "email",
            "PHONE": "phone",
            "MEMBER ID": "partner_user_id",
            "ACCOUNT": "account_id",
            "OPEN_DATE(YYYY-MM-DD)": "event_time",
            "AMOUNT": "amount",
            "PRODUCT": "product",
            "PROMO CODE": "coupon_code",
            "REFERRAL CODE": "advocate_code",
            "REFERRED BY PERSON": "advocate_person_id",
            "SHARE ID": "share_id",
            "CORE_REF": "partner_event_id",
            "OWNER_RANK": "owner_rank",
            "ACTION": "action",
            "CORRECTED_AT": "corrected_at",
            "ENVIRONMENT": "container",
            "NOTE": "note",
        },
        escape="\\",
        newline="\r\n",
        times="date",
    ),
    "core-export": Layout(
        "core-export",
        "1578.0507.10917.ACCOUNTOPENED_{day}",
        {
            "EVENT_NAME": "event_name",
            "FIRST_NAME": "first",
            "LAST_NAME": "last",
            "EMAIL": "email",
            "DNA_ACCOUNT": "account_id",
            "OPEN_DATE(YYYY-MM-DD)": "event_time",
            "BALANCE": "amount",
            "DESC-ABRV": "product",
            "PERSON_NUMBER": "partner_user_id",
        },
        escape="\\",
        newline="\r\n",
        times="date",
    ),
    "friend-registrations": Layout(
        "friend-registrations",
        "friend_registered_{day}.csv",
        {
            "event": "event_name",
            "occurred_at": "event_time",
            "registration_id": "partner_event_id",
            "visitor_id": "visitor_id",
            "email": "email",
            "share_id": "share_id",
        },
        times="utc",
    ),
    "branch-referrals": Layout(
        "branch-referrals",
        "branch_referrals_{day}.txt",
        {
            "SLIP_NO": "partner_event_id",
            "RECORDED_BY": "recorder",
            "REFERRING_MEMBER": "advocate_partner_user_id",
            "FRIEND_EMAIL": "email",
            "ACCOUNT": "account_id",
            "OPENED_AT": "event_time",
        },
        delimiter="|",
        newline="\r\n",
        times="local",
    ),
    "certificates": Layout(
        "certificates",
        "certificates_{day}.csv",
        {
            "certificate_no": "partner_event_id",
            "opened_at": "event_time",
            "member_id": "partner_user_id",
            "email": "email",
            "account": "account_id",
            "amount": "amount",
            "promo_code": "coupon_code",
        },
    ),
    "nominations": Layout(
        "nominations",
        "nominations_{day}.csv",
        {
            "nomination_id": "partner_event_id",
            "nominated_at": "event_time",
            "member_id": "partner_user_id",
            "email": "email",
            "neighbor_name": "neighbor",
        },
    ),
    "account-milestones": Layout(
        "account-milestones",
        "milestones_{day}.parquet",
        {
            "milestone_ref": "partner_event_id",
            "milestone": "event_name",
            "milestone_at": "event_time",
            "account_number": "account_id",
            "member_number": "partner_user_id",
            "balance": "amount",
            "product_type": "product",
        },
    ),
    "direct-deposits": Layout(
        "direct-deposits",
        "direct_deposits_{day}.parquet",
        {
            "trace_ref": "partner_event_id",
            "posted_at": "event_time",
            "account_number": "account_id",
            "deposit_amount": "amount",
        },
    ),
    "shares": Layout(
        "shares",
        "shares_{day}{suffix}.csv",
        {
            "share_id": "share_id",
            "link_id": "shareable_id",
            "crm_ref": "partner_share_id",
            "member_id": "advocate_partner_user_id",
            "program": "program",
            "campaign": "campaign",
            "channel": "channel",
            "promotion_source": "promotion_source",
            "shared_at": "shared_at",
            "incentivized": "incentivized",
        },
        times="utc",
    ),
    "clicks": Layout(
        "clicks",
        "clicks_{day}.csv",
        {
            "click_id": "click_id",
            "share_id": "share_id",
            "link_id": "shareable_id",
            "visitor_id": "visitor_id",
            "email": "email",
            "clicked_at": "clicked_at",
            "container": "container",
        },
        times="utc",
    ),
    "share-recipients": Layout(
        "share-recipients",
        "share_recipients_{day}.csv",
        {"share_id": "share_id", "recipient_email": "recipient_email", "sent_at": "sent_at"},
        times="utc",
    ),
    "coupons": Layout(
        "coupons",
        "coupons_{day}.csv",
        {
            "code": "coupon_code",
            "purpose": "purpose",
            "share_id": "share_id",
            "member_id": "advocate_partner_user_id",
            "issued_to": "issued_to",
            "issued_at": "issued_at",
            "valid_from": "valid_from",
            "valid_until": "valid_until",
            "revoked_on": "revoked_on",
            "single_use": "single_use",
            "program": "program",
        },
        times="utc",
    ),
    "advocates": Layout(
        "advocates",
        "advocates_{day}.csv",
        {
            "member_id": "partner_user_id",
            "email": "email",
            "phone": "phone",
            "referral_code": "advocate_code",
            "link_id": "shareable_id",
            "enrolled_on": "enrolled_on",
            "pay_to_account": "pay_to_account_id",
        },
    ),
    "members": Layout(
        "members",
        "members_{day}.csv",
        {"member_id": "partner_user_id", "email": "email", "member_since": "customer_since_on"},
    ),
    "eligible-advocates": Layout(
        "audiences", "eligible_advocates_{day}.csv", {"member_id": "partner_user_id", "email": "email"}
    ),
    "existing-members": Layout(
        "audiences", "existing_members_{day}.csv", {"member_id": "partner_user_id", "email": "email"}
    ),
    "employees": Layout(
        "audiences", "employees_{day}.csv", {"member_id": "partner_user_id", "email": "email"}
    ),
    "opt-outs": Layout("audiences", "opt_outs_{day}.csv", {"email": "email"}),
    "blocked": Layout("audiences", "blocked_{day}.csv", {"member_id": "partner_user_id", "email": "email"}),
    "approvals": Layout(
        "approvals",
        "approvals_{day}.csv",
        {
            "reward_id": "reward_id",
            "decision": "decision",
            "decided_on": "decided_on",
            "reason_code": "reason_code",
        },
    ),
    "fulfillments": Layout(
        "fulfillments",
        "fulfillments_{day}.csv",
        {
            "reward_id": "reward_id",
            "status": "status",
            "reported_on": "reported_on",
            "reason_code": "reason_code",
        },
    ),
}


def write_files(sample: Sample, inbox: Path) -> list[tuple[str, str, int]]:
    """Write every file under `inbox`, replacing what was there; return (case, file, record) of the planted."""
    shutil.rmtree(inbox, ignore_errors=True)
    planted: list[tuple[str, str, int]] = []
    for (feed, day, suffix), rows in sorted(sample.rows.items()):
        layout = LAYOUTS[feed]
        rows = sorted(rows, key=lambda row: row.order)
        name = layout.name.format(day=f"{day:%Y%m%d}", suffix=suffix)
        path = inbox / layout.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".parquet"):
            _write_parquet(path, layout, [row.values for row in rows])
        else:
            lines = [layout.delimiter.join(layout.columns)]
            lines += [row.raw if row.raw is not None else _line(layout, row.values) for row in rows]
            path.write_bytes((layout.newline.join(lines) + layout.newline).encode())
        planted += [
            (row.case, f"{layout.folder}/{name}", number)
            for number, row in enumerate(rows, start=1)
            if row.case
        ]
    return planted


def line_of(feed: str, values: dict[str, object]) -> str:
    """Return one record as its feed's files write it, so that a planted defect can damage it."""
    return _line(LAYOUTS[feed], values)


def _line(layout: Layout, values: dict[str, object]) -> str:
    return layout.delimiter.join(
        _quote(layout, _text(layout, values.get(column, ""))) for column in layout.columns.values()
    )


def _quote(layout: Layout, text: str) -> str:
    if not any(mark in text for mark in (layout.delimiter, '"', "\\", "\n")):
        return text
    if layout.escape == "\\":
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return '"' + text.replace('"', '""') + '"'


def _text(layout: Layout, value: object) -> str:
    if isinstance(value, datetime):
        if layout.times == "utc":
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        local = value.astimezone(ZONE)
        if layout.times == "date":
            return local.strftime("%Y-%m-%d")
        return local.strftime("%Y-%m-%d %H:%M:%S" if layout.times == "local" else "%Y-%m-%dT%H:%M:%S%z")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _write_parquet(path: Path, layout: Layout, rows: list[dict[str, object]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"event_time": pa.timestamp("us", tz="UTC"), "amount": pa.decimal128(12, 2)}
    arrays, fields = [], []
    for header, column in layout.columns.items():
        kind = types.get(column, pa.string())
        cells = [row.get(column) or None for row in rows]
        if column == "amount":
            cells = [None if cell is None else Decimal(str(cell)) for cell in cells]
        arrays.append(pa.array(cells, type=kind))
        fields.append(pa.field(header, kind))
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), path, compression="snappy")
