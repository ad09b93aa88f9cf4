"""The gate before anything is judged: terms that changed and were not accepted stop a run, and accepted ones are kept.

The steps ask here before the first table is derived, so that what was published stays as it was; the reward step asks
again, since the ledger must not hang on its caller.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matchback.context import RunContext
from matchback.rewards.rules import Rule, current_rules
from matchback.rewards.terms import (
    offered_terms,
    refuse_changed_terms,
    refuse_second_payment,
    terms_from_text,
)

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

TERMS_IN_FORCE = "terms_in_force"


def accepted_rules(context: RunContext) -> tuple[Rule, ...]:
    """Return the rules of the configuration; raise ConfigurationError if its terms may not judge. Writes nothing."""
    warehouse = context.writer
    rules = current_rules(context.config)
    refuse_second_payment(rules, warehouse.table("reward_rules").to_pylist(), posted_versions(warehouse))
    in_force = terms_from_text(warehouse.state.get(TERMS_IN_FORCE))
    refuse_changed_terms(offered_terms(context.config, rules), in_force, _accepted_hashes(context))
    return rules


def take_up_terms(context: RunContext, rules: Sequence[Rule]) -> None:
    """Keep every version with its text and first use, and the terms as in force; the caller holds the transaction."""
    import pyarrow as pa

    warehouse = context.writer
    table = warehouse.table("reward_rules")
    kept = set(table.column("rule_version").to_pylist())
    rows = [
        {
            "rule_id": rule.terms.id,
            "rule_version": rule.version,
            "program": rule.terms.program,
            "text": rule.text,
            "from_on": rule.terms.from_on,
            "until_on": rule.terms.until_on,
            "first_used_as_of": context.as_of,
        }
        for rule in rules
        if rule.version not in kept
    ]
    warehouse.append("reward_rules", pa.Table.from_pylist(rows, schema=table.schema))
    offered = offered_terms(context.config, rules).text()
    if warehouse.state.get(TERMS_IN_FORCE) != offered:
        warehouse.set_state(TERMS_IN_FORCE, offered)


def posted_versions(warehouse: Warehouse) -> Counter[str]:
    """Count the rewards of each version that posted any; one that was voided before it went out is forgotten."""
    rows = warehouse.rows("terms/posted_versions")
    return Counter({row["rule_version"]: row["rewards"] for row in rows})


def _accepted_hashes(context: RunContext) -> set[str]:
    accepted = set(context.accepted_terms)
    for act in context.writer.table("operator_acts").to_pylist():
        if act["act"] == "terms_accepted":
            accepted |= set(json.loads(act["arguments"]).values())
    return accepted
