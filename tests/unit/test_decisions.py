"""Decisions about rewards, one by one and by file, and what an operator reads about payouts and taxes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from matchback import publish
from matchback.answers.decisions import decide_file, decide_rewards
from matchback.answers.payouts import payout_list, reconciliation
from matchback.answers.query import open_published
from matchback.answers.summary import _taxes
from matchback.answers.tax import tax_list, thresholds_reached
from matchback.context import RunContext
from matchback.errors import ConfigurationError, MatchbackError
from matchback.rewards.payout_numbers import payout_path
from matchback.warehouse import Warehouse
from unit.published_world import context_of, make_workspace, mark_steps, writing

pytestmark = pytest.mark.xdist_group("publish")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a published version that holds rewards in every state; made once."""
    root = tmp_path_factory.mktemp("made") / "workspace"
    make_workspace(root)
    with writing(root) as context, pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            publish, "refuse_broken", lambda warehouse, parameters: None
        )  # the world is a part of a real one
        with context.writer.transaction("marks"):
            mark_steps(context.writer, context)
        publish.run(context)
    return root


@pytest.fixture
def context(made: Path, tmp_path: Path) -> RunContext:
    """A copy of it, without a warehouse: operators never wait for one."""
    return context_of(Path(shutil.copytree(made, tmp_path / "workspace", symlinks=True)))


def of_state(context: RunContext, state: str) -> list[int]:
    """Return the ids of the rewards in a state."""
    with open_published(context.workspace) as (_, warehouse):
        return [row["reward_id"] for row in warehouse.rows("explain/rewards") if row["state"] == state]


def given(tmp_path: Path, *lines: str, header: str = "reward_id,decision,reason_code") -> Path:
    """Write a file of decisions."""
    path = tmp_path / "decisions.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def acts(context: RunContext) -> list[tuple[str, int, str]]:
    """Return the acts of the journal: what, on which reward, why."""
    bodies = [entry.body for entry in context.journal.entries(kind="act")]
    return [(body["act"], body["subject_id"], body["reason_code"]) for body in bodies]


def test_file_is_journaled_line_by_line_with_the_operator(
    context: RunContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Approve, decline and retry stand in the journal under the operator's name, with each line's reason."""
    monkeypatch.setenv("MATCHBACK_OPERATOR", "olga")
    (pending, other), failed = of_state(context, "pending")[:2], of_state(context, "failed")[0]
    path = given(
        tmp_path, f"{pending},approve,checked", f"{other},decline,abuse", f"{failed},retry,new_account"
    )
    words, data = decide_file(context, path)
    assert words.splitlines()[0] == (
        "3 decisions: 3 journaled from 2026-11-07, 0 stood so already, 0 refused."
    )
    assert acts(context) == [
        ("reward_approved", pending, "checked"),
        ("reward_declined", other, "abuse"),
        ("reward_retried", failed, "new_account"),
    ]
    assert {entry.body["operator"] for entry in context.journal.entries(kind="act")} == {"olga"}
    assert data["refused"] == []


def test_the_same_file_again_journals_nothing(context: RunContext, tmp_path: Path) -> None:
    """Also where it was cut off in the middle: only what is missing is added."""
    pending = of_state(context, "pending")[:3]
    decide_rewards(context, "approve", pending[:1], "checked")
    path = given(tmp_path, *(f"{reward_id},approve,checked" for reward_id in pending))
    assert (decide_file(context, path)[1]["repeated"], len(acts(context))) == (1, 3)
    assert (decide_file(context, path)[1]["repeated"], len(acts(context))) == (3, 3)


def test_refused_lines_are_told_by_line_and_the_others_count(context: RunContext, tmp_path: Path) -> None:
    """What is wrong with a line is said without quoting it."""
    pending, issued = of_state(context, "pending"), of_state(context, "issued")[0]
    path = given(
        tmp_path,
        f"{pending[0]},approve,checked",
        "123,approve,checked",
        f"{issued},approve,checked",
        f"{pending[1]},maybe,checked",
        f"{pending[1]},approve,jane@example.com",
        f"{pending[1]},approve",
        "jane@example.com,approve,checked",
        f"{pending[0]},decline,checked",
        f"{pending[2]},retry,checked",
    )
    words, data = decide_file(context, path)
    assert data["refused"] == [
        {"line": 3, "why": "unknown"},
        {"line": 4, "why": "issued"},
        {"line": 5, "why": "decision is none of approve, decline, retry"},
        {"line": 6, "why": "reason_code is not a short code of letters, digits, _ and -"},
        {"line": 7, "why": "2 columns instead of 3"},
        {"line": 8, "why": "reward_id is not the id of a reward"},
        {"line": 9, "why": "line 2 says another decision"},
        {"line": 10, "why": "pending"},
    ]
    assert acts(context) == [("reward_approved", pending[0], "checked")]
    assert "jane" not in words


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"reward,decision\n", "first line is not"),
        (b"\xff\xfe\n", "not UTF-8"),
        (b'reward_id,"x', "not well-formed"),
    ],
)
def test_another_file_is_refused_whole(
    context: RunContext, tmp_path: Path, content: bytes, said: str
) -> None:
    """Nothing is journaled from what is no file of decisions."""
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        decide_file(context, path)
    assert acts(context) == []


def test_declined_reward_is_not_approved_before_the_run(context: RunContext) -> None:
    """A decline that no run has applied yet stands; the decision on the command line is all or none."""
    first, second = of_state(context, "pending")[:2]
    number = decide_rewards(context, "decline", [first], "abuse")[1]["journal_numbers"][0]
    with pytest.raises(MatchbackError, match=f"{first}: declined by journal entry {number}"):
        decide_rewards(context, "approve", [first, second], "checked")
    assert len(acts(context)) == 1


def test_reconciliation_lists_what_is_open_and_where_the_file_is(context: RunContext) -> None:
    """Every open reward has a next step; the totals stand above; a file that is not as issued is named."""
    words, data = reconciliation(context.workspace, everything=True)
    states = {row["state"] for row in data["open"]}
    assert states == {"due", "overdue", "unanswered", "failed", "to_recover"}
    assert len(data["open"]) == sum(row["rewards"] for row in data["totals"] if row["state"] != "settled")
    assert all(row["next_step"] for row in data["open"])
    assert data["not_listed"] == 0
    assert "matchback rewards retry" in words
    only = reconciliation(context.workspace, state="failed")[1]["open"]
    assert [row["reward_id"] for row in only] == sorted(
        of_state(context, "failed"), key=[row["reward_id"] for row in only].index
    )
    words, data = reconciliation(context.workspace, state="other_amount")
    assert (data["open"], "Nothing is open in this state and program" in words) == ([], True)
    assert "nothing is open." not in words, "others are"
    for state in ("settled", "overdu"):
        with pytest.raises(
            MatchbackError, match=f"no open state '{state}'. There are: .*to_recover, .*overdue"
        ):
            reconciliation(context.workspace, state=state)
    assert payout_list(context.workspace)[1][0]["file"] == "missing"
    payout_path(context.workspace.outbox / "payouts", 1).write_text("another content")
    assert payout_list(context.workspace)[1][0]["file"] == "changed"
    assert "Nobody may pay from it" in reconciliation(context.workspace)[0]


def test_reconciliation_lists_by_default_what_somebody_has_to_clear(context: RunContext) -> None:
    """What only waits is counted and stands in the sums; a state that is named is listed whole."""
    everything = reconciliation(context.workspace, everything=True)[1]
    words, data = reconciliation(context.workspace)
    assert {row["state"] for row in data["open"]} == {"overdue", "failed", "to_recover"}
    assert data["totals"] == everything["totals"]
    waiting = [row for row in everything["open"] if row["state"] in ("due", "unanswered")]
    assert data["not_listed"] == len(waiting) > 1
    assert (
        f"{len(waiting):,} more wait for time alone. See all that is open:  matchback payouts reconcile --all"
        in words
    )
    assert not any(str(row["reward_id"]) in words for row in waiting)
    words, data = reconciliation(context.workspace, state="due")
    assert (len(data["open"]), data["not_listed"]) == (sum(row["state"] == "due" for row in waiting), 0)
    assert "more wait" not in words
    only = next(row for row in waiting if row["state"] == "due")
    assert reconciliation(context.workspace, program=only["program"])[1]["not_listed"] > 0


def test_tax_list_shows_who_reaches_a_threshold(context: RunContext) -> None:
    """By default only they; with everyone also the others, without a name."""
    words, reached = tax_list(context.workspace, 2026, False)
    everyone = tax_list(context.workspace, None, True)[1]
    assert reached == [row for row in everyone if row["will_need_form"]]
    assert words == "Nobody reaches the threshold of a form."
    assert {row["form"] for row in everyone} == {"1099-MISC"}


@pytest.mark.parametrize(
    ("year", "paid", "more", "reached"),
    [
        (2025, 50000, 9999, []),
        (2025, 50000, 10000, [60000]),
        (2026, 0, 199900, []),
        (2026, 0, 200100, [200000]),
    ],
)
def test_approval_tells_when_a_form_becomes_due(
    context: RunContext, year: int, paid: int, more: int, reached: list[int]
) -> None:
    """What was paid, is planned and is approved now is held against the threshold of the year."""
    night = replace(context, as_of=context.as_of.replace(year=year))
    person: dict[str, Any] = {"person_id": 7, "currency": "USD"}
    reward = {**person, "role": "advocate", "kind": "cash", "state": "pending", "amount_minor": more}
    known = {**person, "tax_year": year, "form": "1099-MISC", "paid_minor": paid, "planned_minor": 0,
             "threshold_minor": 60000, "will_need_form": False}  # fmt: skip
    found = thresholds_reached(night, [reward, {**reward, "kind": "points"}], [known] if paid else [])
    assert [row["threshold_minor"] for row in found] == reached


def test_summary_of_a_run_says_who_reaches_a_form_and_who_is_near() -> None:
    """From a tenth of the threshold on there is a line, also with what is approved; another year has none of it."""
    threshold = {"tax_year": 2026, "form": "1099-MISC", "currency": "USD", "threshold_minor": 200000}
    persons = [
        {"headroom_minor": 0, "planned_minor": 0, "needs_form": True, "will_need_form": True},
        {"headroom_minor": 500, "planned_minor": 500, "needs_form": False, "will_need_form": True},
        {"headroom_minor": 20001, "planned_minor": 1, "needs_form": False, "will_need_form": False},
        {"headroom_minor": 20002, "planned_minor": 1, "needs_form": False, "will_need_form": False},
    ]
    warehouse = Warehouse.memory(schema=False)
    rows = [{**threshold, **person} for person in persons]
    warehouse.replace("tax_totals", pa.Table.from_pylist([*rows, {**rows[0], "tax_year": 2025}]))
    found = warehouse.rows("explain/summary_tax", {"tax_year": 2026})
    warehouse.close()
    head, line = _taxes(found).splitlines()
    assert head == "Tax forms of this year (who:  matchback payouts tax)"
    assert line.split(maxsplit=1)[1] == (
        "1 person at the threshold, 1 with what is approved, 1 near it, the nearest with 200.00 USD left"
    )
    assert _taxes([]) == ""
    nobody = {**found[0], "reached": 0}
    assert "  1 person with what is approved, 1 near it" in _taxes([nobody])
    assert "  2 persons near it, the nearest" in _taxes([{**nobody, "with_approved": 0, "near": 2}])
