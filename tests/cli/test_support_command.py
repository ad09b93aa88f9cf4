"""The commands of the support page: who may log in, when it does not start, what `doctor` says of its log."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from cli.conftest import Call
from matchback.context import open_context
from matchback.steps import run_steps
from matchback.support.access import BY_TOKEN, access_path, members
from matchback.support.access_log import AccessLog
from matchback.support.serving import Serving, check_serving
from matchback.workspace import Workspace


def test_a_token_is_made_listed_and_taken_back(site_bank: Path, call: Call) -> None:
    at = ("--workspace", site_bank)
    made = call("support", "token", "add", "--name", "jane", "--role", "support", "--json", *at)
    token = json.loads(made.out)["token"]
    listed = call("support", "token", "list", *at)
    assert "jane" in listed.out
    assert token not in listed.out
    assert call("support", "token", "remove", "jane", *at).out == "Removed jane, support.\n"
    gone = call("support", "token", "remove", "jane", *at)
    assert (gone.code, gone.err.splitlines()[0]) == (2, "Nobody on the list has the id or name 'jane'.")
    kinds = [entry.kind for entry in AccessLog(Workspace.at(site_bank)).newest(9)]
    assert kinds == ["access_removed", "access_added"]


def test_a_proxy_s_user_stands_on_the_list_once(site_bank: Path, call: Call) -> None:
    add = ("support", "user", "add", "jane@bank.example", "--role", "operator", "--workspace", site_bank)
    assert call(*add).code == 0
    assert "is on the list already" in call(*add).err
    other = (
        "support",
        "token",
        "add",
        "--name",
        "Jane@bank.example",
        "--role",
        "admin",
        "--workspace",
        site_bank,
    )
    assert "jane@bank.example is on the list: write the name as it stands there." in call(*other).err


@pytest.mark.parametrize("name", ["", "two words", "-x", "a" * 65, "<b>"])
def test_a_name_is_a_short_one(site_bank: Path, call: Call, name: str) -> None:
    said = call("support", "token", "add", "--name", name, "--role", "support", "--workspace", site_bank)
    assert said.code == 2


def test_more_may_be_let_in_by_the_environment(site_bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {
        "id": "0a1b2c3d",
        "name": "jane",
        "role": "support",
        "by": BY_TOKEN,
        "token_hash": "0" * 64,
        "expires_at": "2027-01-01T00:00:00",
    }
    monkeypatch.setenv("MATCHBACK_SUPPORT_ACCESS", json.dumps([entry]))
    (member,) = members(Workspace.at(site_bank))
    assert (member.name, member.expires_at) == ("jane", "2027-01-01T00:00:00+00:00")


@pytest.mark.parametrize("text", ["{", '[{"id": 1}]', '[{"role": "king"}]', "[1]"])
def test_a_list_that_is_none_is_said(site_bank: Path, call: Call, text: str) -> None:
    path = access_path(Workspace.at(site_bank))
    path.parent.mkdir(mode=0o700)
    path.write_text(text)
    said = call("support", "token", "list", "--workspace", site_bank)
    assert said.code == 2
    assert "is not a list of who may log in" in said.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--host", "0.0.0.0"), "0.0.0.0 can be reached from other machines"),
        (("--proxy-header", "X-Remote-User"), "--proxy-header and --trusted-proxy belong together"),
        (("--trusted-proxy", "127.0.0.1"), "--proxy-header and --trusted-proxy belong together"),
        (("--host", "bank"), "'bank' is not an address"),
        (("--public-url", "support.bank.example"), "--public-url is an address"),
        (("--public-url", "https://bank.example/support"), "without a path"),
        (("--public-url", "https://[::1"), "--public-url is an address"),
    ],
)
def test_it_does_not_stand_open(site_bank: Path, call: Call, arguments: tuple[str, ...], said: str) -> None:
    answer = call("support", *arguments, "--workspace", site_bank)
    assert answer.code == 2
    assert said in answer.err


def test_what_is_said_before_it_starts() -> None:
    assert check_serving(Serving(), tokens=1) == []
    assert "Nobody may log in yet" in check_serving(Serving(), tokens=0)[0]
    assert "without encryption" in check_serving(Serving(host="10.0.0.1"), tokens=1)[0]
    proxied = Serving("10.0.0.1", 80, "X-Remote-User", ("10.0.0.9",), "https://support.bank.example")
    assert check_serving(proxied, tokens=0) == []
    assert proxied.allowed_hosts[-2:] == ["10.0.0.1", "support.bank.example"]
    assert (
        Serving(public_url="https://Support.Bank.example:443/").public_origin
        == "https://support.bank.example"
    )
    assert "by --public-url" in check_serving(Serving("10.0.0.1", 80, "X-User", ("10.0.0.9",)), tokens=0)[-1]
    assert Serving().allowed_hosts == ["localhost", "127.0.0.1", "[::1]"]


def test_doctor_checks_the_log_s_chain(site_bank: Path, call: Call) -> None:
    at = ("--workspace", site_bank)
    call("support", "token", "add", "--name", "jane", "--role", "support", *at)
    assert "the chain of 1 entry holds" in call("doctor", *at).out
    log = AccessLog(Workspace.at(site_bank)).path
    log.write_text(log.read_text().replace("jane", "joan"))
    told = call("doctor", *at)
    assert told.code == 1
    assert "The chain of the support page's log does not hold" in told.out


@pytest.mark.parametrize("lines_left", [0, 1])
def test_doctor_notices_that_the_end_of_the_log_was_cut_off(
    run_bank: Path, call: Call, lines_left: int
) -> None:
    at, workspace = ("--workspace", run_bank), Workspace.at(run_bank)
    for name in ("jane", "joan"):
        call("support", "token", "add", "--name", name, "--role", "support", *at)
    run_steps(open_context(workspace, as_of=date(2026, 11, 4)), ["pickup"])
    assert "the chain of 2 entries holds" in call("doctor", *at).out
    log = AccessLog(workspace).path
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:lines_left]))
    assert "The chain of the support page's log does not hold" in call("doctor", *at).out
    log.unlink()
    assert "The chain of the support page's log does not hold" in call("doctor", *at).out


def test_without_its_packages_it_says_what_to_install(
    site_bank: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "matchback.support.server", raising=False)
    monkeypatch.setitem(sys.modules, "waitress", None)
    said = call("support", "--workspace", site_bank)
    assert said.code == 2
    assert said.err.splitlines()[-1] == "Install them:  pip install 'matchback[support]'"
