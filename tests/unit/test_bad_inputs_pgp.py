"""48: files that are encrypted and signed. Real keys, real gpg; what is not signed as agreed is never read."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from matchback.errors import ConfigurationError
from unit.bad_inputs import OK, Case, Refused, Sender, judge
from unit.intake_world import make_world, put, table, take_in

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pgp")]

TEXT = b"event_name,event_time,partner_event_id\n" + b"".join(
    b"account_opened,2026-11-01,E%d\n" % number for number in range(2000)
)
PAST, WHEN = "20190101T000000!", "20190105T000000!"
PASSPHRASE = "openly fake"


@dataclass(frozen=True)
class Keys:
    """Key rings of us, of the bank, of a stranger, and of a key that has expired."""

    root: Path

    def gpg(self, who: str, *arguments: str, content: bytes = b"", when: str = "") -> bytes:
        passphrase = PASSPHRASE if who == "us" else ""
        command = ["gpg", "--homedir", str(self.root / who), "--batch", "--yes", "--no-tty"]
        command += ["--pinentry-mode", "loopback", "--passphrase", passphrase, "--trust-model", "always"]
        command += ["--faked-system-time", when] if when else []
        return subprocess.run([*command, *arguments], input=content, capture_output=True, check=True).stdout

    def make(self) -> None:
        for who, life in (("us", "never"), ("bank", "never"), ("stranger", "never"), ("expired", "30d")):
            (self.root / who).mkdir(mode=0o700)
            kind = ("ed25519", "sign") if who in ("bank", "expired") else ("default", "default")
            self.gpg(who, "--quick-gen-key", f"{who} <{who}@example.com>", *kind, life, when=PAST)
            (self.root / f"{who}.asc").write_bytes(self.gpg(who, "--armor", "--export"))
        (self.root / "us.key").write_bytes(self.gpg("us", "--armor", "--export-secret-keys"))
        (self.root / "passphrase").write_text(PASSPHRASE)
        for who in ("bank", "stranger", "expired"):
            self.gpg(who, "--import", str(self.root / "us.asc"), str(self.root / "stranger.asc"))

    @cache  # noqa: B019 - one object a module
    def fingerprint(self, who: str) -> str:
        listed = self.gpg(who, "--with-colons", "--list-keys", who).decode().splitlines()
        return next(line.split(":")[9] for line in listed if line.startswith("fpr"))

    def sealed(
        self, who: str, *more: str, to: str = "us", signed: bool = True, content: bytes = TEXT
    ) -> bytes:
        sign = ["--sign"] if signed else []
        when = WHEN if who == "expired" else ""
        return self.gpg(who, "--encrypt", *sign, "--recipient", to, *more, content=content, when=when)

    def declared(self, *, passphrase: str = "passphrase", **more: str) -> str:
        signers = ", ".join(f'"{self.fingerprint(who)}"' for who in ("bank", "expired"))
        rings = ", ".join(f'"file:{self.root / who}.asc"' for who in ("bank", "expired"))
        key = f'key = "file:{self.root}/us.key", passphrase = "file:{self.root}/{passphrase}"'
        others = "".join(f', {name} = "{value}"' for name, value in more.items())
        return f"pgp = {{ {key}, signed_by = [{signers}], signer_keys = [{rings}] }}{others}"


@pytest.fixture(scope="module")
def keys() -> Iterator[Keys]:
    root = Path(tempfile.mkdtemp(prefix="pgp"))  # a short name: gpg's sockets stand in it
    made = Keys(root)
    try:
        made.make()
        yield made
    finally:
        for home in root.iterdir():
            if home.is_dir():
                subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)
        shutil.rmtree(root)


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Sender:
    return Sender(tmp_path_factory.mktemp("senders"))


def test_a_file_that_is_signed_by_a_listed_key_is_read(keys: Keys, sender: Sender) -> None:
    for more in ((), ("--armor",), ("--compress-algo", "none")):
        judge(
            Case(48, "well sealed", keys.sealed("bank", *more), [OK] * 2000, format=keys.declared()), sender
        )


def test_what_was_sealed_may_be_compressed(keys: Keys, sender: Sender) -> None:
    content = keys.sealed("bank", content=gzip.compress(TEXT))
    judge(Case(48, "gzip inside", content, [OK] * 2000, format=keys.declared(compression="gzip")), sender)


@pytest.mark.parametrize(
    ("what", "outcome"),
    [
        ("unsigned", Refused("not_signed", "no signature")),
        ("signed by a stranger", Refused("not_signed", "does not list")),
        ("signed by an expired key", Refused("not_signed", "expired")),
        ("encrypted to another", Refused("not_decrypted", "another key")),
        ("cut", Refused("not_decrypted", "cut off")),
        ("tampered with", Refused("not_decrypted", "damaged")),
        ("signed, not encrypted", Refused("wrong_format", "not a PGP message")),
        ("plain", Refused("wrong_format", "not a PGP message")),
        ("empty", Refused("empty_file")),
    ],
)
def test_any_other_file_is_refused_whole(keys: Keys, sender: Sender, what: str, outcome: Refused) -> None:
    """Nothing of it is left behind in clear."""
    sealed = keys.sealed("bank", "--compress-algo", "none")
    content = {
        "unsigned": lambda: keys.sealed("bank", signed=False),
        "signed by a stranger": lambda: keys.sealed("stranger"),
        "signed by an expired key": lambda: keys.sealed("expired"),
        "encrypted to another": lambda: keys.sealed("bank", to="stranger"),
        "cut": lambda: sealed[: len(sealed) // 2],
        "tampered with": lambda: sealed[:-500] + bytes([sealed[-500] ^ 1]) + sealed[-499:],
        "signed, not encrypted": lambda: keys.gpg("bank", "--sign", content=TEXT),
        "plain": lambda: TEXT,
        "empty": lambda: b"",
    }[what]()
    judge(Case(48, what, content, outcome, format=keys.declared()), sender)
    folder = sender.staging / hashlib.sha256(content).hexdigest()[:16]
    assert {path.name for path in folder.iterdir()} == {
        "summary.json", "rows.arrow", "identifiers.arrow", "refusals.arrow", "verdict.json"
    }  # fmt: skip


def test_what_decrypts_to_more_than_the_limit_is_stopped(keys: Keys, sender: Sender) -> None:
    content = keys.sealed("bank", content=b"\0" * (120 << 20))
    assert len(content) < 1 << 20
    judge(Case(45, "a bomb", content, Refused("inflates_too_much"), format=keys.declared()), sender)


def test_a_key_that_is_not_there_is_the_operators_problem(keys: Keys, sender: Sender) -> None:
    declared = keys.declared().replace("us.key", "us.asc")
    with pytest.raises(ConfigurationError, match="No secret PGP key"):
        sender.send(Case(48, "no key", keys.sealed("bank"), [OK], format=declared))


def test_a_delivered_file_is_decrypted_by_the_limited_process_too(keys: Keys, tmp_path: Path) -> None:
    """The way of a file from pick-up to load: it can start gpg, and leaves no text behind."""
    feed = Case(48, "", b"", [], format=keys.declared()).feed
    context = make_world(tmp_path, feed)
    put(context, "events.csv.pgp", keys.sealed("bank"))
    take_in(context)
    assert len(table(context, "fact_events")) == 2000
    assert not list(context.workspace.staging.rglob("decrypted"))
