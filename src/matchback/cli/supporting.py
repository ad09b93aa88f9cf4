"""The command that serves the support page, and those that say who may log in to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from matchback.cli.common import OPTIONS, Group, common_options
from matchback.errors import ConfigurationError
from matchback.support.roles import ROLES
from matchback.support.serving import IDLE_MINUTES, PORT, Serving

_ROLE = click.Choice(tuple(ROLES))
_DAYS = click.IntRange(1, 366)


class _Serving(Group):
    """A group that is a command as well, and takes the common options as one."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.params += common_options()


@click.group(cls=_Serving, invoke_without_command=True)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="The port to listen on."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="The address to listen on."
)
@click.option(
    "--proxy-header", default="", metavar="NAME", help="The header in which a reverse proxy says who asks."
)
@click.option(
    "--trusted-proxy", multiple=True, metavar="ADDRESS", help="Take that header from this address only."
)
@click.option(
    "--public-url",
    default="",
    metavar="URL",
    help="The address that browsers see, where a proxy stands before.",
)
@click.option(
    "--idle-minutes", type=click.IntRange(1, 720), default=IDLE_MINUTES, show_default=True,
    help="Log out whoever does nothing for so long.",
)  # fmt: skip
@click.pass_context
def support(
    context: click.Context,
    port: int,
    host: str,
    proxy_header: str,
    trusted_proxy: tuple[str, ...],
    public_url: str,
    idle_minutes: int,
) -> None:
    """Serve the support page: where is my reward? For this machine only, unless you say otherwise.

    It reads the published version, and never the warehouse, so it works while a run is going on. Who looks a person up
    is logged with the reason. Install it first:  pip install 'matchback[support]'

    \b
    matchback support token add --name jane --role support
    matchback support
    matchback support --proxy-header X-Remote-User --trusted-proxy 127.0.0.1 --public-url https://support.bank.example
    """
    if context.invoked_subcommand is not None:
        return
    try:
        from matchback.support.server import serve
    except ModuleNotFoundError as missing:
        if missing.name not in ("django", "waitress"):
            raise
        raise ConfigurationError(
            "The support page needs packages that are not installed.",
            next_step="Install them:  pip install 'matchback[support]'",
        ) from None
    serving = Serving(host, port, proxy_header, trusted_proxy, public_url, idle_minutes)
    serve(OPTIONS.open_workspace(), serving, OPTIONS.note)


@support.group(cls=Group)
def token() -> None:
    """Who may log in by a token."""


@token.command("add")
@click.option(
    "--name", required=True, metavar="NAME", help="Whose it is: under this name acts are journaled."
)
@click.option("--role", required=True, type=_ROLE, help="What they may do.")
@click.option("--days", type=_DAYS, default=90, show_default=True, help="For how long.")
def token_add(name: str, role: str, days: int) -> None:
    """Make a token and show it, once; only its hash is kept.

    \b
    matchback support token add --name jane --role support
    """
    from matchback.support.access import BY_TOKEN, add_member

    workspace = OPTIONS.open_workspace()
    workspace.prepare()
    member, secret = add_member(workspace, name, role, BY_TOKEN, days=days)
    words = f"{secret}\nIt is {name}'s, as {role}, until {member.expires_at}, and is never shown again."
    OPTIONS.words(
        words, {"token": secret, "id": member.id, "name": name, "role": role, "expires_at": member.expires_at}
    )


@token.command("list")
def token_list() -> None:
    """List who has a token, and until when; the tokens themselves are known to nobody else."""
    _list("token")


@token.command("remove")
@click.argument("named", metavar="ID|NAME")
def token_remove(named: str) -> None:
    """Take a token back, or all of somebody's; whoever is logged in by it is out at once.

    \b
    matchback support token remove jane
    """
    _remove("token", named)


@support.group(cls=Group)
def user() -> None:
    """Who may come in by the name that a reverse proxy hands over."""


@user.command("add")
@click.argument("name")
@click.option("--role", required=True, type=_ROLE, help="What they may do.")
@click.option("--days", type=_DAYS, default=366, show_default=True, help="For how long.")
def user_add(name: str, role: str, days: int) -> None:
    """Let somebody in whom the proxy names.

    \b
    matchback support user add jane@bank.example --role support
    """
    from matchback.support.access import BY_PROXY, add_member

    workspace = OPTIONS.open_workspace()
    workspace.prepare()
    member, _ = add_member(workspace, name, role, BY_PROXY, days=days)
    words = f"{name} may come in as {role} until {member.expires_at}."
    OPTIONS.words(words, {"id": member.id, "name": name, "role": role, "expires_at": member.expires_at})


@user.command("list")
def user_list() -> None:
    """List whom the proxy may name."""
    _list("proxy")


@user.command("remove")
@click.argument("named", metavar="ID|NAME")
def user_remove(named: str) -> None:
    """Let somebody in no more; at once.

    \b
    matchback support user remove jane@bank.example
    """
    _remove("proxy", named)


def _list(by: str) -> None:
    from matchback.support.access import members, rows

    OPTIONS.rows(rows(members(OPTIONS.open_workspace()), by, datetime.now(UTC)))


def _remove(by: str, named: str) -> None:
    from matchback.support.access import remove_members

    gone = remove_members(OPTIONS.open_workspace(), by, named)
    OPTIONS.words("\n".join(f"Removed {one.name}, {one.role}." for one in gone), [one.id for one in gone])
