"""Hashed identifiers: how a hash of an address or a number is written, and what such a column is called.

A list may name people by the MD5, SHA-1 or SHA-256 of their address or number. The kind of such an identifier is
`email_sha256` and the like; its value is the hash in lower-case hex. Resolve finds the address that it stands for among
those that the vault holds (`sql/resolve/hashed_keys.sql`), since a hash cannot be read back. Where a feed says by which
profile its sender normalized the addresses, the kind says so too, `email_sha256:google`: one hash stands for other
addresses by another profile. A kind without a profile is of the workspace's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable

HASH_BYTES = {"md5": 16, "sha1": 20, "sha256": 32}
HASHED_PROFILES = ("exact", "lower", "google")
HASHED_KINDS = {
    f"{kind}_{algorithm}": (kind, algorithm) for kind in ("email", "phone") for algorithm in HASH_BYTES
}
HASHED_KINDS |= {
    f"email_{algorithm}:{profile}": ("email", algorithm)
    for algorithm in HASH_BYTES
    for profile in HASHED_PROFILES
}


def hashed_kind(kind: str, algorithm: str, profile: str | None = None) -> str:
    """Return the kind of the hashes of another kind's values; `profile` is the sender's own of addresses, if told."""
    found = f"{kind}_{algorithm}:{profile}" if profile and kind == "email" else f"{kind}_{algorithm}"
    assert found in HASHED_KINDS
    return found


def profile_of(kind: str, email_profile: str) -> str:
    """Return the profile by which the addresses of a hashed kind were normalized, in a workspace of this profile."""
    return kind.partition(":")[2] or email_profile


def hex_pattern(kind: str) -> str:
    """Return the pattern of the hashes of a hashed kind, written in hex of either case."""
    return rf"^[0-9A-Fa-f]{{{2 * HASH_BYTES[HASHED_KINDS[kind][1]]}}}$"


def normalize_hash(text: str, kind: str) -> str | None:
    """Return a hash in lower-case hex, whether it is written in hex or in padded base64; None if it is none."""
    size = HASH_BYTES[HASHED_KINDS[kind][1]]
    written = text.strip()
    try:
        found = (
            bytes.fromhex(written) if len(written) == 2 * size else base64.b64decode(written, validate=True)
        )
    except (ValueError, binascii.Error):
        return None
    is_plain = written.isascii() and len(found) == size and not any(sign.isspace() for sign in written)
    return found.hex() if is_plain else None


def hash_of(value: str, kind: str) -> str:
    """Return the hash, in hex, of a normalized value, as a hashed kind holds it."""
    algorithm = HASHED_KINDS[kind][1]
    return hashlib.new(algorithm, value.encode(), usedforsecurity=False).hexdigest()


def hashed_placeholders(kind: str, words: Iterable[str]) -> list[str]:
    """Return the hashes of nothing and of placeholders: a sender who hashes every cell hashes the empty ones, too."""
    plain = dict.fromkeys(["", *(word.strip() for word in words), *(word.strip().lower() for word in words)])
    return [hash_of(word, kind) for word in plain]
