"""What explain says to an advocate holds nothing of the friend, in any state of a referral, and respects consent."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from end_to_end.conftest import SampleRun
from matchback.answers.explain import Explanation, Question, explain
from matchback.answers.explain_advocate import NOTHING, STATES
from matchback.answers.printing import as_json, money
from matchback.errors import ConfigurationError, MatchbackError
from matchback.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]

OF_EACH_REWARD = """
    SELECT r.state, MIN(a.value) AS advocate, MIN(f.value) AS friend, MIN(r.reward_id) AS reward_id
    FROM rewards AS r
    INNER JOIN journeys AS j ON r.journey_id = j.journey_id AND r.program = j.program
    INNER JOIN vault.person_identifiers AS p ON r.beneficiary_id = p.person_id AND p.kind = 'partner_user_id'
    INNER JOIN vault.identifiers AS a ON p.identifier_key = a.identifier_key
    INNER JOIN vault.person_identifiers AS q ON j.person_id = q.person_id AND q.kind = 'partner_user_id'
    INNER JOIN vault.identifiers AS f ON q.identifier_key = f.identifier_key
    WHERE r.role = 'advocate' AND NOT p.is_shared AND NOT q.is_shared
    GROUP BY r.state, r.reward_id
    ORDER BY r.state, MIN(r.reward_id)
"""
FRIEND = """
    WITH friend AS (
        SELECT p.person_id
        FROM vault.person_identifiers AS p
        INNER JOIN vault.identifiers AS v ON p.identifier_key = v.identifier_key
        WHERE v.kind = 'partner_user_id' AND v.value = $friend AND NOT p.is_shared
    ),
    journeys_of AS (SELECT journey_id, person_id, root_event_id FROM journeys WHERE person_id IN (FROM friend)),
    events_of AS (
        SELECT e.*, n.delivered_name, k.*
        FROM events AS e
        LEFT JOIN vault.file_names AS n ON e.file_id = n.file_id
        LEFT JOIN vault.event_keys AS k ON e.event_id = k.event_id
        WHERE e.journey_id IN (SELECT journey_id FROM journeys_of)
    )
"""


@dataclass(frozen=True)
class Referral:
    """A reward's advocate and friend, by member id."""

    state: str
    advocate: str
    friend: str
    reward_id: int


def ask(workspace: Path, **asked: str) -> Explanation:
    return explain(Workspace.at(workspace), Question.asked(asked), "advocate")


def said(workspace: Path, **asked: str) -> str:
    """Return the answer's text and its JSON."""
    answer = ask(workspace, **asked)
    return f"{answer.text()}\n{as_json(answer.data)}"


def published(workspace: Path, *, writable: bool = False) -> duckdb.DuckDBPyConnection:
    folder = (workspace / "var/published/current").resolve()
    vault = workspace / "var/protected" / folder.name / "vault.duckdb"
    connection = duckdb.connect(str(folder / "analytics.duckdb"), read_only=not writable)
    connection.execute(f"ATTACH '{vault}' AS vault {'' if writable else '(READ_ONLY)'}")
    return connection


def referrals(workspace: Path) -> list[Referral]:
    with published(workspace) as connection:
        return [Referral(*row) for row in connection.execute(OF_EACH_REWARD).fetchall()]


def canaries(workspace: Path, friend: str) -> dict[str, set[str]]:
    """Return everything of a friend that must not be told, by kind."""
    queries = {
        "identifiers": "SELECT v.value FROM vault.identifiers AS v INNER JOIN vault.person_identifiers AS p"
        " ON v.identifier_key = p.identifier_key WHERE p.person_id IN (FROM friend) AND p.kind <> 'visitor_id'",
        "accounts": "SELECT v.value FROM vault.identifiers AS v INNER JOIN events_of AS e"
        " ON v.identifier_key IN (e.account_key, e.order_key, e.partner_event_key, e.coupon_key, e.share_key)",
        "ids": "SELECT UNNEST([event_id, journey_id, account_key]) FROM events_of UNION SELECT person_id FROM friend",
        "days": "SELECT UNNEST([occurred_on, received_on]) FROM events_of"
        " UNION SELECT UNNEST([earned_on, release_on]) FROM rewards"
        " WHERE journey_id IN (SELECT journey_id FROM events_of)",
        "files": "SELECT UNNEST([file_id, SUBSTR(file_id, 1, 8), delivered_name]) FROM events_of",
        "amounts": "SELECT amount_minor FROM events_of WHERE amount_minor IS NOT NULL",
        "products": "SELECT product FROM events_of WHERE product IS NOT NULL",
    }
    with published(workspace) as connection:
        found = {
            kind: {
                str(row[0])
                for row in connection.execute(FRIEND + query, {"friend": friend}).fetchall()
                if row[0]
            }
            for kind, query in queries.items()
        }
    found["amounts"] = {money(int(amount), "USD").removesuffix(" USD") for amount in found["amounts"]}
    return found


def without_terms(answer: Explanation) -> str:
    """Return text and JSON without the terms, which everybody is told alike, and the names that stand in them."""
    told = answer.text().split("What the terms ask for:")[0]
    told += as_json({name: value for name, value in answer.data.items() if name != "terms"})
    for rule in answer.config.rewards:
        told = (
            told.replace(rule.program, "")
            .replace(rule.id, "")
            .replace(f"{rule.value.amount} {rule.value.currency}", "")
        )
    return told


def own_days(data: dict[str, Any]) -> set[str]:
    """Return the days that are the advocate's own, and may be a friend's by accident."""
    own = {str(data["as_of"])} | {str(reward["sent_on"]) for reward in data["rewards"]}
    return own | {str(row[name]) for row in data["shares"] for name in ("first_on", "last_on")}


@pytest.fixture(scope="module")
def states(sample_run: SampleRun) -> dict[str, Referral]:
    found = {referral.state: referral for referral in reversed(referrals(sample_run.workspace))}
    assert set(found) == set(STATES) - {"expired"}, "the sample has a reward for an advocate in every state"
    return found


@pytest.fixture
def copy(sample_run: SampleRun, tmp_path: Path) -> Path:
    """The sample's current version alone, whose vault may be written into."""
    workspace = tmp_path / "copy"
    folder = (sample_run.workspace / "var/published/current").resolve()
    for part in (f"var/published/{folder.name}", f"var/protected/{folder.name}"):
        shutil.copytree(sample_run.workspace / part, workspace / part)
    (workspace / "var/published/current").symlink_to(folder.name)
    for name in ("matchback.toml", "fake_id_secret.txt"):
        shutil.copy(sample_run.workspace / name, workspace / name)
    for path in (workspace / "var").rglob("*"):
        path.chmod(0o700)
    return workspace


def opt(workspace: Path, friend: str, purpose: str) -> None:
    """Put a friend's every person on a list."""
    with published(workspace, writable=True) as connection:
        connection.execute(
            f"INSERT INTO vault.consents {FRIEND} SELECT person_id, $purpose, DATE '2026-11-01', NULL FROM friend",
            {"friend": friend, "purpose": purpose},
        )


def test_no_canary_of_the_friend_is_told_in_any_state(
    sample_run: SampleRun, states: dict[str, Referral]
) -> None:
    """By the pair, by the advocate and by the reward: no identifier, id, day, file, amount or product of the friend."""
    for state, referral in states.items():
        kept = canaries(sample_run.workspace, referral.friend)
        for asked in (
            {"advocate": referral.advocate, "friend": referral.friend},
            {"partner_user_id": referral.advocate},
            {"reward": str(referral.reward_id)},
        ):
            answer = ask(sample_run.workspace, **asked)
            assert [
                row["state"] for row in answer.data["rewards"] if row["reward_id"] == referral.reward_id
            ] == [state]
            told, own = without_terms(answer), own_days(answer.data)
            for kind, values in kept.items():
                assert [value for value in values - own if value in told] == [], f"{state}: {kind}"
        assert all(kept[kind] for kind in ("identifiers", "accounts", "ids", "days", "files"))


def test_the_answer_holds_nothing_but_what_is_listed(
    sample_run: SampleRun, states: dict[str, Referral]
) -> None:
    data = ask(sample_run.workspace, partner_user_id=states["issued"].advocate).data
    assert set(data) == {"audience", "asked", "as_of", "shares", "rewards", "terms"}
    assert {name for reward in data["rewards"] for name in reward} == {
        "reward_id", "program", "rule_id", "kind", "amount_minor", "currency", "state", "sent_on",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("advocate", "friend"),
    [
        ("M900016", "M910015"),
        ("M900015", "M910015"),
        ("M900051", "M910051"),
        ("M900015", "M-NOBODY"),
        ("M-NOBODY", "M910015"),
        ("M900001", "M910003"),
        ("M900015", "nobody@example.org"),
        ("M900015", "hale.household@example.net"),
    ],
    ids=[
        "another advocate won",
        "the deposit is missing",
        "opted out",
        "unknown friend",
        "unknown advocate",
        "rewarded for another",
        "unknown address",
        "address of several",
    ],
)
def test_whatever_earned_nothing_sounds_alike(sample_run: SampleRun, advocate: str, friend: str) -> None:
    """So that nobody can tell from the answer whether a friend is a customer, failed, or opted out."""
    answer = said(sample_run.workspace, advocate=advocate, friend=friend)
    assert NOTHING in answer
    assert answer == said(sample_run.workspace, advocate="M-NO-MEMBER", friend="M-NO-FRIEND")


@pytest.mark.parametrize("state", ["pending", "issued"])
def test_a_friend_who_opted_out_is_not_confirmed_at_all(
    copy: Path, states: dict[str, Referral], state: str
) -> None:
    pair = {"advocate": states[state].advocate, "friend": states[state].friend}
    assert NOTHING not in said(copy, **pair)
    opt(copy, states[state].friend, "opt_out")
    assert said(copy, **pair) == said(copy, advocate="M-NO-MEMBER", friend="M-NO-FRIEND")
    with pytest.raises(MatchbackError) as told:
        ask(copy, reward=str(states[state].reward_id))
    with pytest.raises(MatchbackError) as unknown:
        ask(copy, reward="1")
    assert str(told.value) == str(unknown.value)
    listed = [row["reward_id"] for row in ask(copy, partner_user_id=states[state].advocate).data["rewards"]]
    assert (states[state].reward_id in listed) == (state == "issued"), (
        "what was sent is the advocate's own receipt"
    )


def test_where_friends_are_asked_for_consent_only_those_who_agreed_are_confirmed(
    copy: Path, states: dict[str, Referral]
) -> None:
    opt(copy, states["pending"].friend, "consent")
    agreed, silent = states["pending"], states["issued"]
    assert NOTHING not in said(copy, advocate=agreed.advocate, friend=agreed.friend)
    assert NOTHING in said(copy, advocate=silent.advocate, friend=silent.friend)


@pytest.mark.parametrize("kind", ["event", "account", "order", "coupon"])
def test_a_question_about_the_friends_deeds_is_not_answered(sample_run: SampleRun, kind: str) -> None:
    with pytest.raises(ConfigurationError, match="of which an advocate is told nothing"):
        ask(sample_run.workspace, **{kind: "VE-TWO-ADVOCATES-USED"})


def test_a_friends_own_reward_is_not_told(sample_run: SampleRun) -> None:
    with published(sample_run.workspace) as connection:
        rows = connection.execute("SELECT MIN(reward_id) FROM rewards WHERE role = 'friend'").fetchall()
    with pytest.raises(MatchbackError, match="may be told to an advocate"):
        ask(sample_run.workspace, reward=str(rows[0][0]))
