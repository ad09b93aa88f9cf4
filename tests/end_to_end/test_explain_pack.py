"""The auditor's page: whole, safe to open, private, and checkable with nothing but SHA-256."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from end_to_end.chromium import chromium
from end_to_end.conftest import SampleRun
from matchback.answers.explain import Explanation, Question, explain
from matchback.answers.explain_pack import pack_page, write_pack
from matchback.answers.explain_proof import check_link
from matchback.errors import ConfigurationError
from matchback.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("sample")]


@pytest.fixture(scope="module")
def answer(sample_run: SampleRun) -> Explanation:
    """A clawed-back reward's friend: events, a decision, conditions, rewards and eight ledger entries."""
    asked = Question.asked({"partner_user_id": "M910004"})
    return explain(Workspace.at(sample_run.workspace), asked, proof=True)


@pytest.fixture
def page(answer: Explanation, tmp_path: Path) -> Path:
    write_pack(answer, tmp_path / "pack.html")
    return tmp_path / "pack.html"


def test_its_hashes_hold_for_whoever_follows_its_own_advice(sample_run: SampleRun, page: Path) -> None:
    """Rule versions, ledger links and the archived bytes of every file, read back from the page's text alone."""
    text = unescape(page.read_text(encoding="utf-8"))
    rules = re.findall(r"<h3>([\w-]+), version ([0-9a-f]{16})</h3>.*?<pre>(.*?)</pre>", text)
    assert {rule for rule, _, _ in rules} == {"advocate-100", "friend-50"}
    assert all(hashlib.sha256(rule.encode()).hexdigest().startswith(version) for _, version, rule in rules)
    links = re.findall(
        r"entry before: <code>([0-9a-f]{64})</code></p><pre>(.*?)</pre><p>Its own hash: <code>([0-9a-f]{64})<",
        text,
    )
    assert len(links) == 8
    assert all(
        hashlib.sha256(f"{before}\n{entry}".encode()).hexdigest() == own for before, entry, own in links
    )
    assert text.count("the hash holds") == len(links)
    files = set(re.findall(r'SHA-256 of its bytes" class="mono">([0-9a-f]{64})<', text))
    kept = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (sample_run.workspace / "var/archive").rglob("*")
        if path.is_file()
    }
    assert files
    assert files <= kept


def test_a_ledger_that_was_edited_is_told(answer: Explanation) -> None:
    """Each link is worked out anew: one cent more, and it does not hold."""
    entry = dict(answer.data["proof"]["entries"][0])
    row = json.loads(entry["text"])
    row |= {"chain_hash": entry["chain_hash"], "previous_hash": entry["previous_hash"]}
    for name in ("earned_on", "release_on", "effective_on", "posted_as_of"):
        row[name] = date.fromisoformat(row[name])
    assert check_link(dict(row))["holds"]
    assert not check_link({**row, "amount_minor": row["amount_minor"] + 1})["holds"]


def test_it_holds_question_timeline_candidates_conditions_and_version(
    answer: Explanation, page: Path
) -> None:
    text = unescape(page.read_text(encoding="utf-8"))
    version = answer.data["version"]
    for words in (
        "Asked about this member id, as of 2026-11-07",
        "clicked a link of",
        "clicked the advocate's link earlier",
        "one 'Direct deposit' of at least 500.00 within 60 days",
        "clawed back",
        '"SHARE_RECIPIENT"',
        '"look_back_days": {',
        '"recent_customer_days": ',
        f"<code>{version['config_hash']}</code>, under which this version was made",
        version["version_id"],
        version["config_hash"],
        version["content_hash"],
    ):
        assert words in text
    assert "@" not in re.sub(r"@(media|page)", "", text), "no address"


def test_terms_of_another_configuration_are_told_apart(answer: Explanation) -> None:
    version = {**answer.data["version"], "config_hash": "0" * 64}
    page = unescape(pack_page(Explanation({**answer.data, "version": version}, answer.config)))
    assert f"Of today's configuration, <code>{answer.config.hash}</code>" in page
    assert f"keeps as <code>{'0' * 64}</code>" in page


def test_whatever_a_record_says_is_escaped(answer: Explanation) -> None:
    evil = "<script>alert('1')</script>&\"'"
    changed = Explanation(
        {**answer.data, "members": {key: [evil] for key in answer.data["members"]}}, answer.config
    )
    page = pack_page(changed)
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&amp;" in page


def test_only_its_writer_may_read_it_and_nothing_is_written_over(answer: Explanation, page: Path) -> None:
    assert page.stat().st_mode & 0o777 == 0o600
    page.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is there already"):
        write_pack(answer, page)
    assert page.read_text(encoding="utf-8") == "mine"
    page.chmod(0o644)
    write_pack(answer, page, force=True)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert page.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in page.parent.iterdir()] == [page.name]


def test_a_link_that_stands_there_is_not_followed(answer: Explanation, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "pack.html").symlink_to("mine.txt")
    with pytest.raises(ConfigurationError):
        write_pack(answer, tmp_path / "pack.html")
    write_pack(answer, tmp_path / "pack.html", force=True)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(("width", "cells"), [(1200, "table-cell"), (390, "block")])
def test_it_fits_the_screen_runs_nothing_and_loads_nothing(page: Path, width: int, cells: str) -> None:
    with chromium() as tab:
        tab.open(page, width=width)
        assert tab.requested() == [page.as_uri()]
        assert tab.complaints() == []
        assert tab.value("document.documentElement.scrollWidth") == width, "nothing sticks out sideways"
        assert tab.value("getComputedStyle(document.querySelector('td')).display") == cells
        assert tab.value("document.scripts.length") == 0


def test_it_prints_with_its_tables(page: Path) -> None:
    with chromium() as tab:
        tab.open(page, width=390)
        tab.call("Emulation.setEmulatedMedia", media="print")
        tab.call(
            "Emulation.setDeviceMetricsOverride", width=720, height=1000, deviceScaleFactor=1, mobile=False
        )
        assert tab.value("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
        assert tab.value("document.documentElement.scrollWidth") <= 720
        assert base64.b64decode(tab.call("Page.printToPDF")["data"]).startswith(b"%PDF-")
