"""Operator acts: appended to the journal by commands at any time, applied to the warehouse by the next writer.

An act holds keys and ids only, never the value of an identifier.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from matchback.context import RunContext
from matchback.keys import derive_digest
from matchback.settings import operator_name

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

ACTS = (
    "recognition_added",
    "event_resolved",
    "reward_approved",
    "reward_declined",
    "reward_retried",
    "reward_granted",
    "reward_withdrawn",
    "payout_closed",
    "payouts_resumed",
    "terms_accepted",
    "file_readmitted",
    "file_declined",
    "values_shown",
    "feed_excused",
    "results_redirected",
)


def record_act(
    context: RunContext, act: str, *, subject_id: int | None, reason_code: str, **arguments: Any
) -> int:
    """Append an act to the journal, with who did it and why; return its journal number.

    `context.as_of` is the local date on which the act counts.
    """
    assert act in ACTS
    return context.journal.append(
        "act",
        act=act,
        subject_id=subject_id,
        arguments=arguments,
        reason_code=reason_code,
        operator=acting_operator(context),
        acted_on=context.as_of.isoformat(),
    )


@contextmanager
def deciding(context: RunContext) -> Iterator[None]:
    """Keep others from deciding while a block reads what stands in the journal and then records its acts."""
    context.workspace.prepare()
    with context.journal.deciding():
        yield


def acting_operator(context: RunContext) -> str:
    """Return who acts: whom the context names, such as somebody on the support page, else who runs this process."""
    return context.operator or operator_name()


def own_grants(context: RunContext, operator: str) -> set[int]:
    """Return the rewards that this operator granted and so cannot approve; none without dual control.

    Somebody named Jane by one list and jane by another is one person.
    """
    if not context.config.payout.dual_control:
        return set()
    return {
        int(entry.body["subject_id"])
        for entry in context.journal.entries(kind="act")
        if entry.body["act"] == "reward_granted" and entry.body["operator"].casefold() == operator.casefold()
    }


def operator_id(context: RunContext, name: str | None = None) -> str:
    """Return the id under which an operator stands in the warehouse and in what is published; names stay journaled.

    Without a name: the operator of this run.
    """
    secret = context.config.id_secret(context.workspace.root)
    return "operator-" + derive_digest(secret, "operator", name or acting_operator(context)).hex()[:12]


def apply_acts(warehouse: Warehouse, context: RunContext) -> int:
    """Write the acts that the warehouse has not seen into `operator_acts`; return how many.

    The caller holds no transaction; this makes one of its own if there is anything to do.
    """
    import pyarrow as pa

    applied = int(warehouse.state.get("acts_number", "0"))
    entries = context.journal.entries(after=applied, kind="act")
    if not entries:
        return 0
    rows = [
        {
            "journal_number": entry.number,
            "acted_at": datetime.fromisoformat(entry.at).replace(tzinfo=None),
            "acted_on": date.fromisoformat(entry.body["acted_on"]),
            "operator_id": operator_id(context, entry.body["operator"]),
            "act": entry.body["act"],
            "subject_id": entry.body["subject_id"],
            "arguments": json.dumps(entry.body["arguments"], sort_keys=True),
            "reason_code": entry.body["reason_code"],
        }
        for entry in entries
    ]
    shape = pa.schema(
        [
            ("journal_number", pa.int64()),
            ("acted_at", pa.timestamp("us")),
            ("acted_on", pa.date32()),
            ("operator_id", pa.string()),
            ("act", pa.string()),
            ("subject_id", pa.int64()),
            ("arguments", pa.string()),
            ("reason_code", pa.string()),
        ]
    )
    with warehouse.transaction(f"acts:{entries[-1].number}"):
        warehouse.append("operator_acts", pa.Table.from_pylist(rows, schema=shape))
        warehouse.set_state("acts_number", str(entries[-1].number))
        warehouse.set_state("journal_number", str(entries[-1].number))
    return len(entries)
