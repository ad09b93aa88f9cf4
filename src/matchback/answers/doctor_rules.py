"""Doctor's look at the reward rules: those that can never pass with what really arrives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from matchback.rewards.rule_lint import rules_that_never_pass

if TYPE_CHECKING:
    from matchback.config import Config
    from matchback.warehouse import Warehouse

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
            yield f"rule {rule_id}", f"it can never pass: {reason}", _WAIT_OR_MEND
