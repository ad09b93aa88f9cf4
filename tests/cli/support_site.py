"""A browser without a screen for the support page: Django's test client, over a workspace, as one of each role."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from django.test import Client

from matchback.support.access import BY_TOKEN, add_member
from matchback.support.serving import Serving
from matchback.support.site import KEY, Site, configure
from matchback.workspace import Workspace

SECRETS = ("ada@example.com", "finn@example.net", "nobody@example.org")


class Visitor:
    """One person before the page; `said` is what the server said on its standard error."""

    def __init__(self, root: Path, role: str = "", name: str = "", serving: Serving | None = None) -> None:
        self.workspace = Workspace.at(root)
        self.serving = serving or Serving()
        configure(Serving())
        self.said: list[str] = []
        self.site = Site(self.workspace, self.serving, self.said.append)
        self.client = Client(
            enforce_csrf_checks=True, HTTP_HOST="127.0.0.1", raise_request_exception=False, **{KEY: self.site}
        )
        self.token = ""
        if role:
            self.workspace.prepare()
            _, self.token = add_member(self.workspace, name or role, role, BY_TOKEN)
            assert self.post("/login", token=self.token).status_code == 302

    def get(self, address: str, **extra: Any) -> Any:
        return self.client.get(address, **extra)

    def post(self, address: str, form: str = "", **fields: Any) -> Any:
        """Send a form as the page `form` (by default the log-in page, or any that is open) holds it."""
        shown = self.client.get(form or "/login", follow=True).content.decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown)
        assert found, shown
        return self.client.post(address, {"csrfmiddlewaretoken": found[1], **fields})

    def look_up(self, kind: str, value: str = "", **fields: Any) -> Any:
        return self.post("/answer", kind=kind, value=value, **{"reason": "member_called", **fields})


def words(answer: Any) -> str:
    """Return what a page says, without markup and on one line."""
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
