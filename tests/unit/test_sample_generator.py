"""The sample workspace: its files come from its generator, its people are invented, its tables are complete."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from matchback.config import GROUNDS, INELIGIBLE_REASONS, load_config

SAMPLE = Path(__file__).parents[2] / "sample_data"
EXPECTED = SAMPLE / "expected"
LOSING = {
    "lower_tier",
    "older",
    "newer",
    "opened_before_share",
    "out_of_look_back",
    "coupon_expired",
    "coupon_not_yet_valid",
    "coupon_revoked",
    "coupon_is_reward",
    "coupon_public",
    "coupon_already_used",
    "other_program",
    "self_referral",
    "test_record",
    "relationship_holds",
}
UNRECOGNIZED = {"conflict", "no_identifier", "placeholder_only", "no_evidence", "all_lost", "coupon_unknown"}
STATES = {
    "pending",
    "approved",
    "issued",
    "fulfilled",
    "redeemed",
    "failed",
    "declined",
    "voided",
    "clawed_back",
    "expired",
}


def rows(path: Path) -> list[dict[str, str]]:
    """Return a CSV file's rows."""
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def expected(table: str) -> list[dict[str, str]]:
    """Return an expected table's rows."""
    return rows(EXPECTED / f"{table}.csv")


def text_of(path: Path) -> str:
    """Return a delivered file as text."""
    if path.suffix == ".parquet":
        return "\n".join(str(column) for column in pq.read_table(path).to_pydict().values())
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's files, made again into an empty folder."""
    target = tmp_path_factory.mktemp("sample")
    command = [sys.executable, str(SAMPLE / "make_sample.py"), "--to", str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return target


@pytest.fixture(scope="module")
def inbox() -> dict[str, str]:
    """Every committed file, by its path under inbox/."""
    folder = SAMPLE / "inbox"
    return {str(path.relative_to(folder)): text_of(path) for path in folder.rglob("*") if path.is_file()}


def test_the_committed_files_are_what_the_generator_makes(made: Path, inbox: dict[str, str]) -> None:
    """One seed, one set of files: nobody edits inbox/ by hand."""
    folder = made / "inbox"
    again = {str(path.relative_to(folder)): text_of(path) for path in folder.rglob("*") if path.is_file()}
    assert sorted(again) == sorted(inbox)
    assert [name for name in again if again[name] != inbox[name]] == []
    assert (made / "planted.csv").read_bytes() == (SAMPLE / "planted.csv").read_bytes()


def test_the_sample_is_as_large_as_promised(inbox: dict[str, str]) -> None:
    """About 3,000 events and 8,000 shares."""
    shares = sum(len(text.splitlines()) - 1 for name, text in inbox.items() if name.startswith("shares/"))
    assert 7_800 <= shares <= 8_200
    feeds = ("vendor-history", "account-openings", "friend-registrations", "branch-referrals", "certificates")
    lines = sum(
        len(text.splitlines()) - 1
        for name, text in inbox.items()
        if name.startswith((*feeds, "nominations")) and "resend" not in name
    )
    core = len(inbox["core-export/1578.0507.10917.ACCOUNTOPENED_20261107"].splitlines()) - 1
    milestones = sum(
        pq.read_metadata(SAMPLE / "inbox" / name).num_rows for name in inbox if name.endswith(".parquet")
    )
    assert 2_800 <= lines + core + milestones <= 3_300


def test_everybody_is_invented(inbox: dict[str, str]) -> None:
    """Addresses stand at reserved domains, phone numbers in the range kept for fiction."""
    for name, text in inbox.items():
        domains = set(re.findall(r"@([A-Za-z0-9.-]+)", text))
        assert {domain.lower() for domain in domains} <= {"example.com", "example.org", "example.net"}, name
        for number in re.findall(r"\(\d{3}\) \d{3}-\d{4}", text):
            assert re.fullmatch(r"\(\d{3}\) 555-01\d{2}", number), name


def test_every_file_belongs_to_exactly_one_feed(inbox: dict[str, str]) -> None:
    """Each delivered name matches the pattern of one feed of its folder."""
    config = load_config(SAMPLE / "matchback.toml")
    patterns = []
    for feed in config.feeds:
        head, tail = feed.pattern.split("{date:%Y%m%d}")
        regex = re.escape(head).replace(r"\*", ".*") + r"\d{8}" + re.escape(tail).replace(r"\*", ".*")
        patterns.append((feed.source.removeprefix("inbox/"), regex))
    for name in inbox:
        folder, file = name.split("/")
        assert sum(source == folder and bool(re.fullmatch(regex, file)) for source, regex in patterns) == 1, (
            name
        )


def test_every_planted_case_is_told_and_expected(inbox: dict[str, str]) -> None:
    """README, planted.csv and the expected tables speak of the same cases, and records lie where they say."""
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| ([a-z0-9-]+) \| `", readme, flags=re.MULTILINE))
    planted = rows(SAMPLE / "planted.csv")
    assert told == {row["case"] for row in planted}
    tables = [path.stem for path in EXPECTED.glob("*.csv")]
    assert {row["case"] for table in tables for row in expected(table)} == told
    for row in planted:
        assert row["file"] in inbox
    refusals = {(row["case"], row["file"], row["record_number"]) for row in expected("refusals")}
    assert refusals <= {(row["case"], row["file"], row["record_number"]) for row in planted}


def test_the_expected_files_have_the_records_that_are_expected(inbox: dict[str, str]) -> None:
    """Counts of the expected files table are those of the files, and they balance."""
    outcomes = ("accepted", "refused", "duplicates", "conflicts", "waiting")
    counted = [row for row in expected("files") if "*" not in row.values()]
    assert len(counted) == 12
    for row in counted:
        assert int(row["records"]) == len(inbox[row["file"]].splitlines()) - 1
        assert int(row["records"]) == sum(int(row[outcome]) for outcome in outcomes)


def test_every_closed_list_occurs_in_the_expected_tables() -> None:
    """Every recognition type, losing reason, ineligibility reason, unrecognized reason and reward state."""
    types = {ground.removesuffix(".click") for ground in GROUNDS} | {"MANUAL"}
    assert {row["recognition_type"] for row in expected("recognitions")} == types
    assert {row["reason_code"] for row in expected("candidates")} - {""} == LOSING
    assert {row["ineligible_reason"] for row in expected("recognitions")} - {""} == set(INELIGIBLE_REASONS)
    assert {row["reason_code"] for row in expected("unrecognized_events")} - {"*"} == UNRECOGNIZED
    assert {row["state"] for row in expected("rewards")} == STATES
    assert {row["status"] for row in expected("decisions")} - {"*"} == {"waiting", "met", "failed", "expired"}
    roles = {row["role"] for row in expected("rewards")}
    assert roles == {"advocate", "friend", "actor"}
    assert {reward.to for reward in load_config(SAMPLE / "matchback.toml").rewards} == {
        "advocate",
        "friend",
        "both",
        "actor",
    }


def test_the_expected_tables_agree_with_each_other() -> None:
    """A recognized root has its winner among the candidates, its journey names the same advocate."""
    advocates = {row["event"]: row["advocate"] for row in expected("recognitions")}
    winners = {row["event"]: row["advocate"] for row in expected("candidates") if row["outcome"] == "won"}
    direct = {row["event"] for row in expected("recognitions") if row["basis"] in ("direct", "manual")}
    assert winners == {event: advocates[event] for event in direct}
    unrecognized = {row["event"] for row in expected("unrecognized_events")}
    for row in expected("journeys"):
        assert row["advocate"] == advocates.get(row["root_event"], "")
        assert (row["root_event"] in unrecognized) == (row["advocate"] == "")


def test_the_expected_ledger_is_the_life_of_the_expected_rewards() -> None:
    """A reversed reward's entries sum to nothing, any other's to its amount; the last entry names the state."""
    sums: dict[tuple[str, ...], int] = {}
    last: dict[tuple[str, ...], str] = {}
    for row in expected("entries"):
        key = (row["event"], row["rule_id"], row["role"])
        sums[key] = sums.get(key, 0) + int(row["amount"].replace(".", ""))
        last[key] = row["entry_kind"]
    for row in expected("rewards"):
        key = (row["event"], row["rule_id"], row["role"])
        reversed_ = row["state"] in ("voided", "declined", "clawed_back", "expired")
        assert sums.pop(key) == (0 if reversed_ else int(row["amount"].replace(".", "")))
        assert last[key] == {"pending": "earned"}.get(row["state"], row["state"])
    assert sums == {}


def test_the_acts_name_planted_events(inbox: dict[str, str]) -> None:
    """What operators do by hand refers to records that the files hold."""
    acts = tomllib.loads((SAMPLE / "acts.toml").read_text(encoding="utf-8"))["acts"]
    assert [act["act"] for act in acts] == ["recognition_added"]
    everything = "\n".join(inbox.values())
    assert all(act["event"] in everything and act["advocate"] in everything for act in acts)
