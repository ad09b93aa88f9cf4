"""Watermarks: what each step was last made from, kept in the warehouse and written in the step's own transaction.

A step takes its work from them, never from memory or task arguments; `publish` refuses unless they agree.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

from matchback.context import RunContext

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse

DERIVING_STEPS = ("resolve", "recognize", "reward", "report")
_SEQUENCES = {
    "resolve": "resolved_seq",
    "recognize": "recognized_seq",
    "reward": "rewarded_seq",
    "report": "reported_seq",
}


def signature(warehouse: Warehouse, config_hash: str, as_of: date, step: str) -> str:
    """Return the hash of all that a step's tables depend on: facts, acts, configuration, as-of date, code.

    What the step before was made from is one of them: a step that is run alone, after new facts and before the step
    that takes them up, has not seen them.
    """
    from matchback import __version__
    from matchback.sqlfiles import sql_digest

    state = warehouse.state
    parts = (
        state.get("facts_seq", "0"),
        state.get("acts_number", "0"),
        config_hash,
        as_of.isoformat(),
        __version__,
        sql_digest(),
        *(state.get(f"{former}_signature", "") for former in _steps_before(step)),
    )
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def is_current(warehouse: Warehouse, context: RunContext, step: str) -> bool:
    """Tell whether a step's tables already rest on exactly these facts, acts, configuration and as-of date."""
    return is_made_of(warehouse, context.config.hash, context.as_of, step)


def is_made_of(warehouse: Warehouse, config_hash: str, as_of: date, step: str) -> bool:
    """Tell whether a step's tables rest on today's facts and acts, on this configuration and on this day."""
    return warehouse.state.get(f"{step}_signature") == signature(warehouse, config_hash, as_of, step)


def mark(warehouse: Warehouse, context: RunContext, step: str) -> None:
    """Record, inside the step's transaction, what it was made from."""
    warehouse.set_state(f"{step}_signature", signature(warehouse, context.config.hash, context.as_of, step))
    warehouse.set_state(_SEQUENCES[step], warehouse.state.get("facts_seq", "0"))


def disagreeing(warehouse: Warehouse, context: RunContext) -> list[str]:
    """Return the steps whose tables do not rest on what is there now; empty when publishing is allowed."""
    return [step for step in DERIVING_STEPS if not is_current(warehouse, context, step)]


def _steps_before(step: str) -> tuple[str, ...]:
    return DERIVING_STEPS[: DERIVING_STEPS.index(step)]
