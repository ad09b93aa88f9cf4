"""Decrypts a PGP file with the workspace's key, and hands it on only if a listed key has validly signed it.

Measured: gpg leaves up to 99% of a tampered file's text behind before it notices, and python-gnupg calls an unsigned
file fine. So the text goes to a private file that is removed unless every condition holds, and the signature is
judged here. The keys stand in a key ring of their own, made for this file and removed after it.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matchback.errors import ConfigurationError
from matchback.intake.records import UnreadableFile
from matchback.settings import resolve_secret

if TYPE_CHECKING:
    from matchback.config_formats import Pgp

LONGEST_HOME = 80  # a socket's whole name has room for about a hundred bytes
ARMOR = b"-----BEGIN PGP MESSAGE"
_PACKET = 0x80
_ENCRYPTED_TAGS = (1, 3, 9, 18)
_BAD_SIGNATURES = ("BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NO_PUBKEY")


def looks_encrypted(head: bytes) -> bool:
    """Tell whether a file begins as an encrypted PGP message does, armored or not."""
    if head.lstrip().startswith(ARMOR):
        return True
    if not head or not head[0] & _PACKET:
        return False
    tag = head[0] & 0x3F if head[0] & 0x40 else (head[0] & 0x3C) >> 2
    return tag in _ENCRYPTED_TAGS


def decrypt(path: Path, pgp: Pgp, scratch: Path, root: Path, most_bytes: int) -> Path:
    """Write the decrypted file into `scratch`, and return it once its signature is accepted.

    Raises UnreadableFile when the file is not for us, not whole or not signed as declared, ConfigurationError when a
    key of ours cannot be used.
    """
    with path.open("rb") as stream:
        if not looks_encrypted(stream.read(64)):
            raise UnreadableFile("wrong_format", "it is not a PGP message, as the feed declares")
    passphrase = resolve_secret(pgp.passphrase, root).decode() if pgp.passphrase else None
    target = scratch / "decrypted"
    target.touch(mode=0o600)
    accepted = False
    try:
        with _key_ring(pgp, scratch, root) as ring:
            result = ring.decrypt_file(
                str(path),
                output=str(target),
                passphrase=passphrase,
                always_trust=True,
                extra_args=[
                    "--max-output",
                    str(most_bytes + 1),
                    "--no-auto-key-retrieve",
                    "--disable-dirmngr",
                ],
            )
        _refuse_unless_sealed(result.stderr, set(pgp.signed_by), target, most_bytes)
        accepted = True
    finally:
        if not accepted:
            target.unlink(missing_ok=True)
    return target


def _refuse_unless_sealed(report: str, signed_by: set[str], target: Path, most_bytes: int) -> None:
    """Judge what gpg reports line by line; its own words are not shown."""
    said = [line.split()[1:] for line in report.splitlines() if line.startswith("[GNUPG:] ")]
    words = {line[0] for line in said if line}
    if target.stat().st_size > most_bytes or "--max-output" in report:
        raise UnreadableFile("inflates_too_much", f"it becomes larger than {most_bytes:,} bytes")
    if "NO_SECKEY" in words and "DECRYPTION_OKAY" not in words:
        raise UnreadableFile("not_decrypted", "it is encrypted to another key than ours")
    if "DECRYPTION_OKAY" not in words or "GOODMDC" not in words or words & {"DECRYPTION_FAILED", "BADMDC"}:
        raise UnreadableFile("not_decrypted", "it is damaged, cut off or not encrypted to our key")
    signers = {line[10] if len(line) > 10 else line[1] for line in said if line[0] == "VALIDSIG"}
    if not signers and not words & set(_BAD_SIGNATURES):
        raise UnreadableFile("not_signed", "it carries no signature")
    if words & {"EXPSIG", "EXPKEYSIG", "REVKEYSIG"}:
        raise UnreadableFile("not_signed", "its signature or the key that made it has expired or was revoked")
    if words & set(_BAD_SIGNATURES) or "GOODSIG" not in words:
        raise UnreadableFile("not_signed", "its signature is wrong, or by a key that the feed does not list")
    if not signers or not signers <= signed_by:
        raise UnreadableFile("not_signed", "it is signed by a key that the feed does not list")


@contextmanager
def _key_ring(pgp: Pgp, scratch: Path, root: Path) -> Iterator[Any]:
    """Make a private key ring of the declared keys, and remove it with the agent that gpg starts for it."""
    try:
        import gnupg
    except ImportError:
        raise ConfigurationError(
            "A feed declares PGP, and python-gnupg is not installed.",
            next_step="Install it:  pip install 'matchback[pgp]'",
        ) from None
    inside = scratch if len(str(scratch)) < LONGEST_HOME - 12 else None
    home = Path(tempfile.mkdtemp(prefix="pgp", dir=inside))
    try:
        try:
            ring = gnupg.GPG(gnupghome=str(home), options=["--batch", "--no-tty"])
        except OSError:
            raise ConfigurationError(
                "A feed declares PGP, and the program gpg is not installed.",
                next_step="Install it:  apt-get install gnupg",
            ) from None
        ours = ring.import_keys(resolve_secret(pgp.key, root).decode("latin-1"), extra_args=["--batch"])
        if not ours.sec_imported and not ours.sec_dups:
            raise ConfigurationError(
                f"No secret PGP key stands behind {pgp.key}.",
                next_step="Export it with  gpg --armor --export-secret-keys",
            )
        for reference in pgp.signer_keys:
            theirs = ring.import_keys(resolve_secret(reference, root).decode("latin-1"))
            if not theirs.fingerprints:
                raise ConfigurationError(f"No public PGP key stands behind {reference}.")
        yield ring
    finally:
        subprocess.run(
            ["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True, timeout=30
        )
        shutil.rmtree(home, ignore_errors=True)
