"""The support page over a small bank: who may see what, what is logged, what an answer says, how it fails."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from cli.support_site import SECRETS, Visitor, words
from matchback.errors import JournalBroken
from matchback.support import guard, pages
from matchback.support.access import BY_PROXY, BY_TOKEN, access_path, add_member, remove_members
from matchback.support.access_log import AccessLog
from matchback.support.attempts import MOST_WRONG
from matchback.support.lookups import MOST_LETTERS
from matchback.support.roles import ANYBODY, PERMISSIONS, ROLES
from matchback.support.serving import Serving
from matchback.support.site import settings_of
from matchback.support.views import search
from matchback.workspace import Workspace

ALL = frozenset(ROLES)
MAY = {  # page: the roles that may see it; a page that is not named here fails
    "home": ALL,
    "log_in": ALL,
    "log_out": ALL,
    "asset": ALL,
    "overview": ALL,
    "files": ALL,
    "file": ALL,
    "approvals": {"operator", "approver", "admin"},
    "decide": {"approver", "admin"},
    "recognitions": {"operator", "admin"},
    "grants": {"operator", "admin"},
    "simulations": {"analyst", "operator", "admin"},
    "audit": {"admin"},
    "search": {"support", "operator", "approver", "admin"},
    "answer": {"support", "operator", "approver", "admin"},
}
ADDRESS = {"asset": "/assets/page.css"}


def lookups(root: Path) -> list[dict[str, Any]]:
    """Return what the log holds about look-ups, the oldest first."""
    entries = AccessLog(Workspace.at(root)).newest(100)[::-1]
    return [entry.body for entry in entries if entry.kind == "looked_up"]


# --- who may see what ---------------------------------------------------------------------------------------------


def test_every_page_has_a_rule_and_every_rule_a_page() -> None:
    assert {page.name for page in pages.PAGES} == set(MAY)
    assert {page.permission for page in pages.PAGES} <= {*PERMISSIONS, ANYBODY}
    assert len(pages.urlpatterns) == len(pages.PAGES), "no address stands beside the table"


@pytest.mark.parametrize("role", [*ROLES, ""])
def test_each_role_reaches_its_own_pages_and_no_other(site_bank: Path, role: str) -> None:
    visitor = Visitor(site_bank, role)
    for page in pages.PAGES:
        if page.name == "log_out":
            continue
        address = ADDRESS.get(page.name, f"/{page.path}").replace("<str:file_id>", "0" * 64)
        answer = visitor.get(address) if "GET" in page.methods else visitor.post(address)
        if page.permission == ANYBODY:
            assert answer.status_code in (200, 302), page.name
        elif not role:
            assert (answer.status_code, answer["Location"]) == (302, "/login"), page.name
        elif role in MAY[page.name]:
            expected = {200} if page.label else {200, 302, 400, 409}
            assert answer.status_code in expected, page.name
        else:
            assert answer.status_code == 403, page.name
            assert f"Your role, {role}, may not do this." in words(answer)


def test_a_page_that_is_only_sent_to_cannot_be_opened(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    answer = visitor.get("/answer?kind=email&value=ada@example.com")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert lookups(site_bank) == [], "a value in an address is never looked up"


def test_a_form_from_elsewhere_is_not_accepted(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    fields = {"kind": "partner_user_id", "value": "F1", "reason": "audit"}
    answer = visitor.client.post("/answer", fields)
    assert answer.status_code == 403
    assert "This form was not accepted" in words(answer)
    assert lookups(site_bank) == []


# --- logging in and out -------------------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_kept_as_a_hash(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    kept = access_path(visitor.workspace)
    assert visitor.token not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert visitor.token not in AccessLog(visitor.workspace).path.read_text()


def test_logging_out_ends_the_session_for_a_copied_cookie_too(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    copied = visitor.client.cookies["matchback_session"].value
    assert visitor.get("/search").status_code == 200
    assert visitor.post("/logout")["Location"] == "/login"
    visitor.client.cookies["matchback_session"] = copied
    assert visitor.get("/search").status_code == 302


def test_a_token_that_was_taken_back_ends_its_sessions(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    remove_members(visitor.workspace, BY_TOKEN, "support")
    assert visitor.get("/search").status_code == 302


def test_a_session_ends_when_nothing_is_done(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    with override_settings(SESSION_COOKIE_AGE=-1):
        assert visitor.get("/search").status_code == 302


def test_an_expired_token_lets_nobody_in(site_bank: Path) -> None:
    visitor = Visitor(site_bank)
    visitor.workspace.prepare()
    _, token = add_member(visitor.workspace, "jane", "support", BY_TOKEN, days=-1)
    answer = visitor.post("/login", token=token)
    assert answer.status_code == 403
    assert token not in answer.content.decode()


def test_wrong_tokens_are_soon_not_looked_at(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    visitor.post("/logout")
    codes = [visitor.post("/login", token=f"mb_{number}").status_code for number in range(MOST_WRONG)]
    assert codes == [403] * MOST_WRONG
    right = visitor.post("/login", token=visitor.token)
    assert right.status_code == 429
    assert int(right["Retry-After"]) > 200


def test_a_proxy_is_believed_from_its_own_address_only(site_bank: Path) -> None:
    serving = Serving(proxy_header="X-Remote-User", trusted_proxies=("10.0.0.9",))
    visitor = Visitor(site_bank, serving=serving)
    visitor.workspace.prepare()
    add_member(visitor.workspace, "jane@bank.example", "support", BY_PROXY)
    named = {"HTTP_X_REMOTE_USER": "jane@bank.example"}
    assert visitor.get("/search", REMOTE_ADDR="10.0.0.9", **named).status_code == 200
    assert visitor.get("/search", REMOTE_ADDR="10.0.0.8", **named).status_code == 302
    stranger = visitor.get("/search", REMOTE_ADDR="10.0.0.9", HTTP_X_REMOTE_USER="joe@bank.example")
    assert stranger.status_code == 403
    assert "You are not on the list" in words(stranger)


# --- looking up ---------------------------------------------------------------------------------------------------


def test_a_look_up_is_logged_with_who_whom_and_why_and_without_the_value(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support", name="jane")
    answer = visitor.look_up("email", "ada@example.com", ticket="T-4711")
    assert answer.status_code == 200
    (entry,) = lookups(site_bank)
    assert (entry["who"], entry["why"], entry["ticket"]) == ("jane", "member_called", "T-4711")
    assert (entry["asked"], entry["outcome"], len(entry["keys"])) == ("email", "found", 1)
    assert entry["persons"]
    log = AccessLog(visitor.workspace)
    assert log.path.stat().st_mode & 0o777 == 0o600
    assert "ada@example.com" not in log.path.read_text()


def test_the_look_up_of_nobody_is_logged_and_says_where_was_looked(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    answer = visitor.look_up("email", "nobody@example.org")
    said = words(answer)
    assert "Nothing arrived about this email" in said
    assert "openings 1 2026-11-03 2026-11-02 1" in said, "feed, files, last came, covered, refused"
    assert "balances nothing was ever received" in said
    (entry,) = lookups(site_bank)
    assert (entry["outcome"], entry["persons"], len(entry["keys"])) == ("nothing", [], 1)


@pytest.mark.parametrize(
    ("fields", "words_said"),
    [
        ({"reason": ""}, "Say why you look"),
        ({"reason": "just_so"}, "none of those that can be chosen"),
        ({"ticket": "ada@example.com"}, "up to 64 letters"),
        ({"kind": "partner_user_id", "value": "T1", "ticket": "T1"}, "must not hold that"),
        ({"kind": "phone", "value": "+1 (212) 555-0100", "ticket": "2125550100"}, "must not hold that"),
        ({"kind": "account", "value": "ab-1234", "ticket": "AB_1234"}, "must not hold that"),
        ({"value": "ada.lovelace@example.com", "ticket": "ada-lovelace"}, "must not hold that"),
        ({"value": ""}, "Type what you look for"),
        ({"kind": "iris"}, "Choose what you look by"),
        ({"value": "a" * 50_000}, f"longer than {MOST_LETTERS} letters"),
        ({"value": "no address"}, "not an email address"),
        ({"value": "n/a"}, "placeholder"),
        ({"value": "a\0b@example.com"}, "cannot be read"),
        ({"kind": "pair", "advocate": "M1"}, "Type both"),
        ({"kind": "reward", "value": "12345"}, "No reward of this id"),
    ],
)
def test_what_cannot_be_looked_up_is_said_and_logged(
    site_bank: Path, fields: dict[str, str], words_said: str
) -> None:
    visitor = Visitor(site_bank, "support")
    answer = visitor.look_up(**{"kind": "email", "value": "ada@example.com", **fields})
    assert answer.status_code == 400
    assert words_said in words(answer)
    (entry,) = lookups(site_bank)
    assert entry["outcome"] == "refused"
    assert "@" not in json.dumps(entry)


def test_the_chain_of_the_log_tells_that_an_entry_was_changed(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    visitor.look_up("account", "ACC1")
    log = AccessLog(visitor.workspace)
    assert log.verify() >= 3
    log.path.write_text(log.path.read_text().replace("member_called", "member_wrote", 1))
    with pytest.raises(JournalBroken, match="support page's log"):
        log.verify()


def test_an_answer_tells_timeline_losers_conditions_rewards_and_what_may_be_read_out(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    said = words(visitor.look_up("account", "ACC1"))
    for part in (
        "member M1 brought member F1",
        "Who could have been, and why",
        "advocate-25 for the advocate is met",
        "Next date: 2026-11-05",
        "25.00 USD cash for the advocate, member M1",
        "Timeline of member F1",
        "Account opened 900.00 USD",
        "To member M1, the advocate who was recognized",
        "It says nothing about a friend.",
    ):
        assert part in said
    assert "matchback " not in said.replace("Matchback ", ""), "no command stands before an agent"
    missing = words(visitor.look_up("account", "ACC2"))
    assert "amount >= 500.00" in missing.lower()
    refused = words(visitor.look_up("account", "ACC4"))
    assert "Came, and counts for nothing" in refused
    assert "not an ISO 8601 date or time" in refused


def test_it_answers_while_a_run_holds_the_warehouse(site_bank: Path) -> None:
    from matchback.warehouse import Warehouse

    visitor = Visitor(site_bank, "support")
    with Warehouse.open(visitor.workspace):
        assert "member M1 brought member F1" in words(visitor.look_up("account", "ACC1"))


def test_each_friend_of_an_advocate_is_one_button_away(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    shown = visitor.look_up("partner_user_id", "M1", ticket="T-5").content.decode()
    form = shown[shown.index('name="kind" value="pair"') :].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert (fields["advocate"], fields["friend"], fields["ticket"]) == ("M1", "F1", "T-5")
    assert "Between member M1 and this friend" in words(visitor.post("/answer", form="/search", **fields))


def test_a_pair_is_told_what_passed_between_them(site_bank: Path) -> None:
    said = words(Visitor(site_bank, "support").look_up("pair", advocate="M2", friend="F1"))
    assert "Between member M2 and this friend" in said
    assert "To the advocate asked about" in said


def test_markup_in_what_is_typed_stays_text(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    answer = visitor.look_up("coupon", "<script>alert(1)</script>", ticket="<b>")
    assert b"<script>alert" not in answer.content
    assert b"<b>" not in answer.content


# --- headers, cookies, failures -----------------------------------------------------------------------------------


def test_every_answer_says_what_browsers_must_not_do(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support")
    for address in ("/search", "/login", "/nowhere", "/assets/page.css", "/answer"):
        answer = visitor.get(address)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == ("no-cache" if "assets" in address else "no-store")
    assert b"<style" not in visitor.get("/search").content
    assert b' style="' not in visitor.look_up("account", "ACC1").content


def test_an_asset_that_there_is_not_is_not_found(site_bank: Path) -> None:
    for name in ("nothing.css", "..%2f..%2faccess.json", "support.css%00"):
        assert Visitor(site_bank).get(f"/assets/{name}").status_code == 404


def test_a_stranger_is_told_nothing_of_a_broken_list(site_bank: Path) -> None:
    visitor = Visitor(site_bank)
    path = access_path(visitor.workspace)
    path.parent.mkdir(mode=0o700)
    path.write_text("{")
    answer = visitor.get("/login")
    assert answer.status_code == 503
    assert "access.json" not in words(answer)
    assert "access.json is not a list of who may log in" in visitor.said[0]


def test_a_request_under_another_name_is_not_answered(site_bank: Path) -> None:
    answer = Visitor(site_bank).get("/login", HTTP_HOST="evil.example")
    assert answer.status_code == 400


def test_cookies_hold_no_person_and_are_kept_from_scripts(site_bank: Path) -> None:
    visitor = Visitor(site_bank, "support", name="jane")
    visitor.look_up("email", "ada@example.com")
    session = visitor.client.cookies["matchback_session"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    from django.core import signing

    content = signing.loads(session.value, salt="django.contrib.sessions.backends.signed_cookies")
    assert set(content) <= {"id", "entry", "since", "_session_expiry"}
    with override_settings(SESSION_COOKIE_SECURE=True):
        visitor.get("/search")
        assert visitor.client.cookies["matchback_session"]["secure"]


def test_a_failure_says_a_number_and_no_value(site_bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor(site_bank, "support")

    def fail(*arguments: Any) -> None:
        raise ValueError("finn@example.net")

    monkeypatch.setattr(search, "look_up", fail)
    answer = visitor.look_up("email", "ada@example.com")
    assert answer.status_code == 500
    assert "Something failed here." in words(answer)
    (said,) = visitor.said
    assert said.startswith("Failed unexpectedly on page answer (ValueError), incident ")
    assert not any(value in said + answer.content.decode() for value in SECRETS)


def test_nothing_is_answered_that_cannot_be_logged(site_bank: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Visitor(site_bank, "support")

    def full(*arguments: Any, **named: Any) -> int:
        raise OSError("no space left on device")

    monkeypatch.setattr(AccessLog, "append", full)
    answer = visitor.look_up("account", "ACC1")
    assert answer.status_code == 500
    assert "M1" not in words(answer)


def test_behind_https_cookies_go_over_nothing_else(site_bank: Path) -> None:
    serving = Serving(public_url="https://support.bank.example")
    names = ("ALLOWED_HOSTS", "CSRF_COOKIE_SECURE", "CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_SECURE")
    chosen = {name: value for name, value in settings_of(serving).items() if name in names}
    with override_settings(**chosen):
        visitor = Visitor(site_bank, "support", serving=serving)
        assert visitor.client.cookies["matchback_session"]["secure"]
        assert visitor.client.cookies["matchback_form"]["secure"]
        shown = visitor.get("/search")
        assert shown["Strict-Transport-Security"] == "max-age=31536000"
        assert shown["Referrer-Policy"] == "same-origin", (
            "without one, browsers send no origin, and no form is taken"
        )
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown.content.decode())
        assert token
        fields = {"csrfmiddlewaretoken": token[1], "kind": "account", "value": "ACC1", "reason": "audit"}
        for origin, status in (
            ("https://support.bank.example", 200),
            ("https://evil.example", 403),
            ("null", 403),
        ):
            assert visitor.client.post("/answer", fields, HTTP_ORIGIN=origin).status_code == status


def test_a_request_that_is_too_large_is_refused(site_bank: Path) -> None:
    answer = Visitor(site_bank, "support").look_up("email", "a" * 600_000)
    assert answer.status_code == 400
    assert "too much at once" in words(answer)


def test_before_the_first_run_each_page_says_so(bank: Path) -> None:
    visitor = Visitor(bank, "admin")
    for page in pages.PAGES:
        if "GET" in page.methods and page.label:
            answer = visitor.get(f"/{page.path}")
            assert answer.status_code in (200, 409), page.name
            if answer.status_code == 409:
                assert "Nothing is published in bank yet." in words(answer)
    assert (
        visitor.post(
            "/answer", form="/grants", kind="email", value="a@example.com", reason="audit"
        ).status_code
        == 400
    )


def test_a_version_that_is_switched_while_it_is_read_is_read_again(
    run_bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old versions stay for a day; should one go all the same, the new one answers."""
    from matchback.support import lookups as module

    visitor = Visitor(run_bank, "support")
    published = visitor.workspace.published
    real = (published / "current").resolve().name
    (published / "0000-old").mkdir()
    (published / "0000-old" / "analytics.duckdb").touch()
    (published / "current").unlink()
    (published / "current").symlink_to("0000-old")
    first = module.explain

    def switch(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(module, "explain", first)
        (published / "current").unlink()
        (published / "current").symlink_to(real)
        raise OSError("the file is gone")

    monkeypatch.setattr(module, "explain", switch)
    answer = visitor.post("/answer", form="/search", kind="account", value="ACC1", reason="audit")
    assert answer.status_code == 200


def test_the_guard_is_in_no_debug_mode() -> None:
    from django.conf import settings

    assert settings.DEBUG is False
    assert "django.middleware.csrf.CsrfViewMiddleware" in settings.MIDDLEWARE
    assert guard.POLICY.count("'self'") == 4
