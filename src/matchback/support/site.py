"""The Django site, configured in code: no database, signed cookies that hold no person's data, CSRF and CSP on."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from matchback.support.access import Member, member_of_id, member_of_name, members
from matchback.support.access_log import AccessLog
from matchback.support.attempts import Attempts
from matchback.support.serving import Serving
from matchback.workspace import Workspace

HERE = Path(__file__).parent
KEY = "matchback.site"
MOST_SECONDS = 12 * 3600  # after which one logs in anew, however busy
MOST_BYTES = 256 * 1024  # of one request: a set of rules is the longest


@dataclass
class Site:
    """What a request is served from: the workspace, how it is served, and what this process remembers."""

    workspace: Workspace
    serving: Serving
    say: Callable[[str], None] = lambda words: None
    attempts: Attempts = field(default_factory=Attempts)
    simulating: threading.Lock = field(default_factory=threading.Lock)
    _ended: dict[str, float] = field(default_factory=dict)

    @property
    def log(self) -> AccessLog:
        return AccessLog(self.workspace)

    def member(self, request: Any) -> Member | None:
        """Return who asks: whom a trusted proxy names, else whose session it is; None if nobody may be let in."""
        now = datetime.now(UTC)
        named = self.serving.named_by_proxy(request.META)
        if named:
            return member_of_name(members(self.workspace), named, now)
        session = request.session
        if session.get("id") is None or session["id"] in self._ended:
            return None
        if time.time() - session.get("since", 0) > MOST_SECONDS:
            return None
        return member_of_id(members(self.workspace), session.get("entry", ""), now)

    def begin(self, request: Any, member: Member) -> None:
        """Begin a session: it names the entry on the list, and nothing of any person."""
        request.session.flush()
        request.session.update(
            {"id": secrets.token_urlsafe(12), "entry": member.id, "since": int(time.time())}
        )

    def end(self, request: Any) -> None:
        """End a session; a copy of its cookie is worth nothing from now on."""
        now = time.time()
        for name, until in list(self._ended.items()):
            if until < now:
                self._ended.pop(name, None)
        if request.session.get("id"):
            self._ended[request.session["id"]] = now + MOST_SECONDS
        request.session.flush()


def configure(serving: Serving) -> None:
    """Configure Django for this process, once. Its key lives in memory: whoever restarts the server logs all out."""
    if not settings.configured:
        settings.configure(**settings_of(serving))
        django.setup(set_prefix=False)


def settings_of(serving: Serving) -> dict[str, Any]:
    """Return Django's settings; behind https the cookies are sent over nothing else."""
    return {
        "ALLOWED_HOSTS": serving.allowed_hosts,
        "CSRF_COOKIE_AGE": None,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_NAME": "matchback_form",
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_COOKIE_SECURE": serving.is_https,
        "CSRF_FAILURE_VIEW": "matchback.support.views.problems.forged",
        "CSRF_TRUSTED_ORIGINS": [serving.public_origin] if serving.public_origin else [],
        "DATA_UPLOAD_MAX_MEMORY_SIZE": MOST_BYTES,
        "DEBUG": False,
        "DEFAULT_CHARSET": "utf-8",
        "INSTALLED_APPS": [],
        "LOGGING": {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"nothing": {"class": "logging.NullHandler"}},
            "loggers": {"django": {"handlers": ["nothing"], "propagate": False}},
        },
        "MIDDLEWARE": [
            "matchback.support.guard.careful_headers",
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        "ROOT_URLCONF": "matchback.support.pages",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "SECURE_REFERRER_POLICY": "same-origin",
        "SESSION_COOKIE_AGE": serving.idle_minutes * 60,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_NAME": "matchback_session",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": serving.is_https,
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "SESSION_SAVE_EVERY_REQUEST": True,
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [HERE / "templates"],
                "OPTIONS": {"context_processors": ["django.template.context_processors.csrf"]},
            }
        ],
        "USE_I18N": False,
        "USE_TZ": True,
        "X_FRAME_OPTIONS": "DENY",
    }


def application(site: Site) -> Callable[..., Any]:
    """Return the WSGI application of a site."""
    configure(site.serving)
    handler = WSGIHandler()

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        environ[KEY] = site
        return handler(environ, start_response)

    return serve
