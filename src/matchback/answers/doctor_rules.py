"""The reward rules that can never pass with what really arrives, as `doctor` and the summary of a run tell them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from matchback.errors import WarehouseLocked
from matchback.rewards.rule_lint import rules_that_never_pass

if TYPE_CHECKING:
    from matchback.config import Config
    from matchback.context import RunContext
    from matchback.warehouse import Warehouse

_NEVER = "it can never pass: "
_WAIT_OR_MEND = (
    "Ask the sender for what is missing, or mend the rule in matchback.toml. It is no fault while the first file is "
    "still to come."
)


def rule_notes(config: Config, warehouse: Warehouse) -> Iterator[tuple[str, str, str]]:
    """Yield subject, detail and what to do next for each reason why a rule cannot pass; nothing where every rule can.

    Raises ConfigurationError for rules that cannot be judged.
    """
    if config.rewards and {"events", "condition_results"} <= set(warehouse.tables()):
        for rule_id, reason in rules_that_never_pass(config, warehouse):
            yield f"rule {rule_id}", f"{_NEVER}{reason}", _WAIT_OR_MEND


def waiting_rules(context: RunContext) -> list[dict[str, str]]:
    """Return rule_id and reason of each rule that cannot pass, after a run; nothing while another run writes."""
    from matchback.warehouse import Warehouse

    try:
        with Warehouse.open(context.workspace, context.journal) as warehouse:
            notes = list(rule_notes(context.config, warehouse))
    except WarehouseLocked:
        return []
    return [
        {"rule_id": subject.removeprefix("rule "), "reason": detail.removeprefix(_NEVER)}
        for subject, detail, _ in notes
    ]
