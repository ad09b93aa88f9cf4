"""Who may log in to the support page: names with roles, each by a token or by the name that a reverse proxy hands over.

The list lies in the protected area and can be added to by the environment (MATCHBACK_SUPPORT_ACCESS). Of a token it
keeps the hash only: the token itself is shown once, when it is made.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from matchback.errors import ConfigurationError
from matchback.intake.private_files import open_private_file
from matchback.settings import support_access
from matchback.support.access_log import AccessLog, support_folder
from matchback.support.roles import ROLES
from matchback.workspace import Workspace

BY_TOKEN, BY_PROXY = "token", "proxy"
MOST_DAYS = 366
DEFAULT_DAYS = 90
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")
_TOKEN = re.compile(r"mb_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
_MEND = "Make it anew:  matchback support token add --name NAME --role ROLE"


@dataclass(frozen=True)
class Member:
    """One who may log in: `id` names the entry, `name` is the operator's in the journal; times are ISO 8601 in UTC."""

    id: str
    name: str
    role: str
    by: str
    token_hash: str
    expires_at: str

    def is_valid(self, now: datetime) -> bool:
        """Tell whether the entry still lets in."""
        return now < datetime.fromisoformat(self.expires_at)


def access_path(workspace: Workspace) -> Path:
    """Return where the list lies."""
    return support_folder(workspace) / "access.json"


def members(workspace: Workspace) -> list[Member]:
    """Return everybody on the list, those of the environment last; raise ConfigurationError if it cannot be read."""
    path = access_path(workspace)
    try:
        own = _read(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        own = []
    text = support_access()
    return [*own, *(_read(text, "MATCHBACK_SUPPORT_ACCESS") if text else [])]


def add_member(
    workspace: Workspace,
    name: str,
    role: str,
    by: str,
    *,
    days: int = DEFAULT_DAYS,
    now: datetime | None = None,
) -> tuple[Member, str]:
    """Let somebody in for some days; return the entry, and the token that is never shown again (empty: by proxy)."""
    _check_name(name)
    now = now or datetime.now(UTC)
    entry_id = secrets.token_hex(4)
    token = f"mb_{entry_id}_{secrets.token_urlsafe(32)}" if by == BY_TOKEN else ""
    expires = (now + timedelta(days=days)).isoformat(timespec="seconds")
    member = Member(entry_id, name, role, by, _hash(token) if token else "", expires)
    with AccessLog(workspace).deciding():
        kept = _own(workspace)
        _refuse_another_writing(name, kept)
        if by == BY_PROXY and any(other.by == BY_PROXY and other.name == name for other in kept):
            raise ConfigurationError(
                f"{name} is on the list already.",
                next_step=f"Remove the entry first:  matchback support user remove {name}",
            )
        _write(workspace, [*kept, member])
    AccessLog(workspace).append(
        "access_added", who=name, role=role, by=by, entry=entry_id, expires_at=expires
    )
    return member, token


def remove_members(workspace: Workspace, by: str, named: str) -> list[Member]:
    """Take entries off the list, by id or by name; who is logged in by them is out at once."""
    with AccessLog(workspace).deciding():
        kept = _own(workspace)
        gone = [member for member in kept if member.by == by and named in (member.id, member.name)]
        if not gone:
            raise ConfigurationError(
                f"Nobody on the list has the id or name {named!r}.",
                next_step=f"See them:  matchback support {_WORD[by]} list",
            )
        _write(workspace, [member for member in kept if member not in gone])
    for member in gone:
        AccessLog(workspace).append("access_removed", who=member.name, by=by, entry=member.id)
    return gone


def member_of_token(known: Sequence[Member], token: str, now: datetime) -> Member | None:
    """Return whose token it is, if it is one and still valid."""
    named = _TOKEN.fullmatch(token)
    found = None
    for member in known:
        same = hmac.compare_digest(member.token_hash, _hash(token))
        if named and member.by == BY_TOKEN and member.id == named[1] and same and member.is_valid(now):
            found = member
    return found


def member_of_id(known: Sequence[Member], entry_id: str, now: datetime) -> Member | None:
    """Return the entry of an id, if it still lets in."""
    return next(
        (one for one in known if one.id == entry_id and one.by == BY_TOKEN and one.is_valid(now)), None
    )


def member_of_name(known: Sequence[Member], name: str, now: datetime) -> Member | None:
    """Return the entry of one whom a proxy names, if it still lets in."""
    return next((one for one in known if one.by == BY_PROXY and one.name == name and one.is_valid(now)), None)


def rows(known: Sequence[Member], by: str, now: datetime) -> list[dict[str, Any]]:
    """Return the entries of one sort as rows to print; no hash is among them."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "role": one.role,
            "expires_at": one.expires_at,
            "valid": one.is_valid(now),
        }
        for one in known
        if one.by == by
    ]


_WORD = {BY_TOKEN: "token", BY_PROXY: "user"}


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            "A name is up to 64 letters, digits, dots and the signs _ @ + -, such as jane.doe."
        )


def _refuse_another_writing(name: str, kept: Sequence[Member]) -> None:
    """One person acts under one name: who granted a reward is known by it."""
    other = next(
        (one.name for one in kept if one.name != name and one.name.casefold() == name.casefold()), ""
    )
    if other:
        raise ConfigurationError(f"{other} is on the list: write the name as it stands there.")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _own(workspace: Workspace) -> list[Member]:
    path = access_path(workspace)
    return _read(path.read_text(encoding="utf-8"), str(path)) if path.exists() else []


def _write(workspace: Workspace, kept: Sequence[Member]) -> None:
    path = access_path(workspace)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with open_private_file(partial) as file:
        file.write((json.dumps([asdict(member) for member in kept], indent=2) + "\n").encode())
    partial.replace(path)


def _read(text: str, where: str) -> list[Member]:
    try:
        found = [Member(**item) for item in json.loads(text)]
        found = [replace(one, expires_at=_utc(one.expires_at)) for one in found]
    except (ValueError, TypeError):
        raise ConfigurationError(f"{where} is not a list of who may log in.", next_step=_MEND) from None
    if any(one.role not in ROLES or one.by not in _WORD for one in found):
        raise ConfigurationError(
            f"{where} names a role that there is not: {', '.join(ROLES)}.", next_step=_MEND
        )
    return found


def _utc(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat(timespec="seconds")
