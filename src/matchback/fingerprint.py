"""The secret's fingerprint: journaled at the first run, and compared before anything is keyed under a secret.

The secret never rotates, since every id and the ledger rest on it; facts keyed under another one would match nothing
and count as new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchback.context import RunContext
from matchback.errors import ConfigurationError
from matchback.intake.identifier_profiles import named_profiles
from matchback.keys import secret_fingerprint

if TYPE_CHECKING:
    from matchback.config import Config
    from matchback.journal import Journal
    from matchback.warehouse import Warehouse

STATE = "id_secret_fingerprint"
PROFILE = "email_profile"


def refuse_wrong_secret(context: RunContext) -> bytes:
    """Return the secret; raise ConfigurationError if it is not the one of the first run. The first one is journaled."""
    secret = context.config.id_secret(context.workspace.root)
    if not refuse_secret_of_another(context.journal, secret):
        context.journal.append("secret", fingerprint=secret_fingerprint(secret))
    return secret


def refuse_secret_of_another(journal: Journal, secret: bytes) -> bool:
    """Raise ConfigurationError if the journal knows another secret; tell whether it knows one."""
    known = journal.entries(kind="secret")
    if known and known[0].body["fingerprint"] != secret_fingerprint(secret):
        raise _wrong()
    return bool(known)


def refuse_other_warehouse(warehouse: Warehouse, secret: bytes) -> None:
    """Raise ConfigurationError if the warehouse was made under another secret; a new one is marked."""
    if not refuse_secret_of_another_warehouse(warehouse, secret):
        with warehouse.transaction("secret"):
            warehouse.set_state(STATE, secret_fingerprint(secret))


def refuse_secret_of_another_warehouse(warehouse: Warehouse, secret: bytes) -> bool:
    """Raise ConfigurationError if the warehouse was made under another secret; tell whether it knows one."""
    known = warehouse.state.get(STATE)
    if known not in (None, secret_fingerprint(secret)):
        raise _wrong()
    return known is not None


def refuse_other_profile(warehouse: Warehouse, config: Config) -> None:
    """Raise ConfigurationError if facts were keyed under another profile of addresses; a new warehouse is marked."""
    profile = named_profiles(config.identifiers.email)["email"]
    has_facts = "facts_seq" in warehouse.state
    known = warehouse.state.get(PROFILE, named_profiles("lower")["email"] if has_facts else None)
    if has_facts and known != profile:
        raise ConfigurationError(
            "identifiers.email is not the profile under which this workspace's addresses were keyed.",
            state="Nothing was changed.",
            next_step="Set it as it was; another profile needs a workspace of its own, with the files delivered anew.",
        )
    if warehouse.state.get(PROFILE) != profile:
        with warehouse.transaction("profile"):
            warehouse.set_state(PROFILE, profile)


def _wrong() -> ConfigurationError:
    return ConfigurationError(
        "The id_secret is not the one under which this workspace was begun.",
        state="Nothing was changed.",
        next_step="Set the secret that was used before; it never rotates, since every id rests on it.",
    )
