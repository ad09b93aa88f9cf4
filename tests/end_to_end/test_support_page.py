"""The support page in a real browser, over a real server, on the sample's records; one server for all."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from end_to_end.chromium import Page, chromium
from end_to_end.conftest import SampleRun
from end_to_end.support_server import Served, choose, log_in, look_up, said, send, serve
from matchback.journal import Journal
from matchback.support.access import BY_PROXY, add_member
from matchback.support.access_log import AccessLog

DESK, PHONE = 1280, 390
SECRET = (
    "nobody.at.all@example.org"  # searched for, and to be found nowhere but in the answer to who searched
)
pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def served(sample_run: SampleRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all of these tests."""
    with serve(sample_run.workspace, tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """One tab of one browser."""
    with chromium() as page:
        page.look(width=DESK)
        yield page


def test_an_agent_logs_in_looks_up_reads_and_logs_out(tab: Page, served: Served) -> None:
    log_in(tab, served, "support")
    answer = look_up(tab, "pair", "M900016", "M910015")
    for part in (
        "member M900015 brought member M910015",
        "a ground that ranks higher decided",
        "Missing 500.00",
        "Next date: 2026-11-14, in 7 days",
        "Timeline of member M910015",
        "What may be read to the advocate",
    ):
        assert part in answer
    assert tab.value("location.href") == f"{served.address}/answer", "no value stands in the address"
    tab.call(
        "Browser.grantPermissions",
        origin=served.address,
        permissions=["clipboardReadWrite", "clipboardSanitizedWrite"],
    )
    tab.value("document.querySelector('.copy').click()")
    copied = tab.call(
        "Runtime.evaluate",
        expression="new Promise(done => setTimeout(done, 200)).then(() => navigator.clipboard.readText())",
        awaitPromise=True,
        returnByValue=True,
        userGesture=True,
    )["result"].get("value")
    assert str(copied).startswith("As of 2026-11-07, for the advocate")
    assert "M910015" not in str(copied)
    send(tab, ".me button")
    assert "Your token" in said(tab) or "Log in" in said(tab)
    tab.go(f"{served.address}/search")
    assert tab.value("location.pathname") == "/login"
    assert tab.complaints() == []


def test_nothing_that_was_searched_stays_anywhere(tab: Page, served: Served) -> None:
    log_in(tab, served, "support")
    assert "Nothing arrived about this email" in look_up(tab, "email", SECRET)
    cookies = str(tab.call("Network.getCookies"))
    addresses = str(tab.requested())
    log = AccessLog(served.workspace).path.read_text()
    for place in (cookies, addresses, log, served.said.read_text()):
        assert "nobody.at.all" not in place
    assert AccessLog(served.workspace).verify() >= 2
    assert '"outcome":"nothing"' in log


def test_who_sends_slowly_holds_up_nobody(served: Served) -> None:
    host = urlsplit(served.address)
    with ExitStack() as slow:
        for _ in range(200):
            one = slow.enter_context(socket.create_connection((host.hostname, host.port), timeout=10))
            one.sendall(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
        asked = HTTPConnection(host.netloc, timeout=10)
        asked.request("GET", "/login")
        assert asked.getresponse().status == 200
        asked.close()


def test_all_is_done_by_keyboard(tab: Page, served: Served) -> None:
    tab.call("Network.clearBrowserCookies")
    tab.go(f"{served.address}/login")
    assert tab.value("document.activeElement.id") == "token"
    log_in(tab, served, "support")
    reached = []
    for _ in range(12):
        tab.press("Tab")
        reached.append(tab.value("document.activeElement.id || document.activeElement.textContent.trim()"))
    for name in ("Skip to the content", "Look up", "Log out", "reason", "ticket", "kind", "value"):
        assert name in reached
    outline = tab.value("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "what is chosen is seen"


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("dark", [False, True])
def test_pages_fit_their_screen(tab: Page, served: Served, width: int, dark: bool) -> None:
    tab.look(width=width, dark=dark)
    log_in(tab, served, "admin")
    places = tab.value("[...document.querySelectorAll('.bar nav a')].map(link => link.href)")
    assert len(places) >= 2
    for place in places:
        tab.go(place)
        assert tab.value("document.documentElement.scrollWidth") == width, place
        unnamed = tab.value(
            "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
            ".filter(field => !field.labels.length && !field.ariaLabel).map(field => field.name)"
        )
        assert unnamed == [], f"each field of {place} has a name"
    tab.go(f"{served.address}/search")
    assert "Missing 500.00" in look_up(tab, "partner_user_id", "M910015")
    assert tab.value("document.documentElement.scrollWidth") == width
    assert "member M910001" in look_up(tab, "partner_user_id", "M900001")
    assert tab.value("document.documentElement.scrollWidth") == width
    background = tab.value("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(14, 19, 26)" if dark else "rgb(244, 246, 248)")
    assert tab.complaints() == []
    tab.look(width=DESK)


def test_two_rewards_are_approved_at_once_by_who_may(tab: Page, served: Served) -> None:
    log_in(tab, served, "operator")
    tab.go(f"{served.address}/approvals")
    assert "sees the queue and cannot decide" in said(tab)
    assert tab.value("document.querySelectorAll('[name=act], [name=reward]').length") == 0
    log_in(tab, served, "approver")
    tab.go(f"{served.address}/approvals")
    tab.value(
        "[...document.querySelector('.queue').children].slice(-2).forEach(row => row.querySelector('input').click())"
    )
    choose(tab, "#why-1", "documents_checked")
    send(tab, "button[value=approve]")
    assert "2 rewards approved; the next run applies it." in said(tab)
    assert said(tab).count("Approved by journal entry") == 2
    decided = Journal(served.workspace.journal_dir).entries(kind="act")[-2:]
    assert [(entry.body["act"], entry.body["operator"]) for entry in decided] == [
        ("reward_approved", "approver")
    ] * 2
    assert tab.complaints() == []


def test_other_rules_are_tried_on_a_copy(tab: Page, served: Served) -> None:
    """The copy is taken from the warehouse while nobody writes; the server itself never opens it."""
    log_in(tab, served, "operator")
    tab.go(f"{served.address}/simulations")
    tab.value(
        "(() => { const field = document.querySelector('#rules'); "
        "field.value = field.value.replace('\"100.00\"', '\"80.00\"'); })()"
    )
    send(tab, "main form button")
    answer = said(tab)
    assert "instead of" in answer
    assert "The terms that differ" in answer
    assert tab.value("document.querySelectorAll('main svg').length") > 0
    assert tab.complaints() == []


def test_a_proxy_says_who_asks(sample_run: SampleRun, tmp_path: Path) -> None:
    """This test is the proxy: it stands at the trusted address, speaks for a browser at https, and names who asks."""
    options = ("--proxy-header", "X-Remote-User", "--trusted-proxy", "127.0.0.1")
    public = "https://support.bank.example"
    with serve(sample_run.workspace, tmp_path, *options, "--public-url", public) as served:
        add_member(served.workspace, "jane@bank.example", "support", BY_PROXY)

        def ask(path: str, form: dict[str, str] | None = None, **headers: str) -> HTTPResponse:
            connection = HTTPConnection(urlsplit(served.address).netloc)
            named = {
                "Host": "support.bank.example",
                "Origin": public,
                **{k.replace("_", "-"): v for k, v in headers.items()},
            }
            body = urlencode(form) if form is not None else None
            kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
            connection.request("POST" if form is not None else "GET", path, body, {**named, **kind})
            return connection.getresponse()

        shown = ask("/search", X_Remote_User="jane@bank.example")
        assert shown.status == 200
        assert "; Secure" in str(shown.headers["Set-Cookie"])
        assert shown.headers["Strict-Transport-Security"]
        cookie = str(shown.headers["Set-Cookie"]).split(";")[0]
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown.read().decode())
        assert token
        form = {
            "csrfmiddlewaretoken": token[1],
            "kind": "partner_user_id",
            "value": "M910015",
            "reason": "audit",
        }
        answer = ask("/answer", form, X_Remote_User="jane@bank.example", Cookie=cookie)
        assert answer.status == 200
        assert "member M900015 brought member M910015" in answer.read().decode()
        assert ask("/search", X_Remote_User="joe@bank.example").status == 403
        assert ask("/search").headers["Location"] == "/login"
        assert AccessLog(served.workspace).newest(1)[0].body["who"] == "jane@bank.example"
