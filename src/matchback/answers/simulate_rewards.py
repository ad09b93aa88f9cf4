"""What another set of reward rules would have cost: both sets judged over the same history, each from nothing.

The ledger is left out of it. A reward that is posted keeps the terms that posted it, so against the ledger a change of
rules shows only what it does to open rewards; the question here is what the rules cost had they been in force all the
time. Nothing of the workspace changes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback import reward
from matchback.answers.printing import count
from matchback.answers.simulate import Scope, Trial, opened_trial
from matchback.answers.simulate_terms import Judge, differences
from matchback.config import ProgramBudget, Reward, config_of
from matchback.errors import ConfigurationError
from matchback.progress import Progress
from matchback.rewards.rules import current_rules
from matchback.sqlfiles import tables_behind

if TYPE_CHECKING:
    from matchback.warehouse import Warehouse
    from matchback.workspace import Workspace

JUDGED = ("rewards_due", "reward_decisions")
SIDES = ("awards", "award_months", "limits_hit", "near_misses")
POSTED = ("reward_entries", "payouts")
MOST_PERSONS = 10
_TOTALS = ("now_rewards", "then_rewards", "now_minor", "then_minor")


def simulate_rewards(workspace: Workspace, rules: Path, scope: Scope, progress: Progress) -> dict[str, Any]:
    """Return what other rules would have awarded; the shape is that of `--json`. Amounts are in minor units.

    `rules` is a TOML file with `[[rewards]]`, such as a whole configuration: only its rewards are tried, and the
    budgets of the programs that it names. Raises ConfigurationError with every problem of the rules, NothingPublished
    before the first run.
    """
    rewards, budgets = read_rules(workspace, rules)
    with opened_trial(workspace, scope, progress) as trial:
        programs = [
            known.model_copy(update={"budget": budgets.get(known.id, known.budget)})
            for known in trial.base.config.programs
        ]
        config = trial.base.config.model_copy(update={"rewards": list(rewards), "programs": programs})
        then = Judge(config, current_rules(config))
        without_ledger(trial.warehouse)
        for side, judge in (("now", trial.base), ("then", then)):
            progress.start(f"rules {side}")
            _judge(trial, judge, side)
            progress.finish(f"{count(trial.warehouse.count('rewards_due'), 'reward')} due")
        return _heading(trial, then) | _compared(trial.warehouse, scope)


def read_rules(
    workspace: Workspace, path: Path
) -> tuple[Sequence[Reward], Mapping[str, Sequence[ProgramBudget]]]:
    """Return the rewards of a file and the budgets of the programs in it, checked against the workspace's events."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise _usage(f"--rules: there is no readable file {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _usage(f"--rules: {path} is not valid TOML: {error}.") from None
    rewards = content.get("rewards")
    if not isinstance(rewards, list) or not rewards:
        raise _usage(
            f"--rules: {path.name} holds no rules. It is TOML with [[rewards]], as in matchback.toml."
        )
    live = tomllib.loads(workspace.config_path.read_text(encoding="utf-8"))
    budgets = _budgets(content)
    programs = [
        {**known, "budget": budgets.get(known.get("id"), known.get("budget", []))}
        for known in live.get("programs", [])
    ]
    config = config_of({**live, "rewards": rewards, "programs": programs}, path, workspace.root)
    return config.rewards, {known.id: known.budget for known in config.programs if known.id in budgets}


def _budgets(content: Mapping[str, Any]) -> dict[Any, Any]:
    """Return the budgets of each program that a file names, as they are written; one that names none has none."""
    programs = content.get("programs", [])
    named = [item for item in programs if isinstance(item, dict)] if isinstance(programs, list) else []
    return {item.get("id"): item.get("budget", []) for item in named}


def without_ledger(warehouse: Warehouse) -> None:
    """Hide what was posted, in a copy: every reward is judged as if it had never been promised before."""
    for table in POSTED:
        warehouse.replace(table, warehouse.table(table).slice(0, 0))


def _judge(trial: Trial, judge: Judge, side: str) -> None:
    warehouse = trial.warehouse
    reward.write_rules(warehouse, judge.rules, judge.config)
    reward.build(warehouse, trial.context.parameters, tables_behind("reward", JUDGED))
    for name in SIDES:
        warehouse.keep(f"simulate/{name}", trial.scope.parameters, name=f"{name}_{side}")


def _heading(trial: Trial, then: Judge) -> dict[str, Any]:
    return {
        "version": trial.version_id,
        "as_of": trial.context.as_of,
        "from": trial.scope.from_on,
        "to": trial.scope.to_on,
        "terms": differences(trial.base, then),
        "terms_hash": then.terms.hash,
    }


def _compared(warehouse: Warehouse, scope: Scope) -> dict[str, Any]:
    warehouse.keep("simulate/award_changes")
    totals = warehouse.rows("simulate/award_totals")
    return {
        "roles": totals,
        "costs": list(_costs(totals)),
        "months": list(_months(warehouse)),
        "persons": warehouse.rows("simulate/award_persons", {"most_persons": MOST_PERSONS}),
        "limits_hit": {side: warehouse.table(f"limits_hit_{side}").to_pylist() for side in ("now", "then")},
        "near_misses": {side: warehouse.table(f"near_misses_{side}").to_pylist() for side in ("now", "then")},
    }


def _costs(totals: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what all roles together cost, by currency: amounts of two currencies are never added up."""
    for currency in sorted({row["currency"] for row in totals}):
        own = [row for row in totals if row["currency"] == currency]
        yield {"currency": currency} | {name: sum(row[name] for row in own) for name in _TOTALS}


def _months(warehouse: Warehouse) -> Iterator[dict[str, Any]]:
    """Yield each month of either side with what it costs on both; one that a side does not have costs nothing."""
    sides = [
        {
            (row["program"], row["month_on"], row["currency"]): row
            for row in warehouse.table(f"award_months_{side}").to_pylist()
        }
        for side in ("now", "then")
    ]
    nothing = {"rewards": 0, "amount_minor": 0}
    for key in sorted(sides[0].keys() | sides[1].keys()):
        now, then = (side.get(key, nothing) for side in sides)
        yield dict(zip(("program", "month_on", "currency"), key, strict=True)) | {
            "now_rewards": now["rewards"],
            "then_rewards": then["rewards"],
            "now_minor": now["amount_minor"],
            "then_minor": then["amount_minor"],
        }


def _usage(what: str) -> ConfigurationError:
    return ConfigurationError(what, state="Nothing was simulated.")
