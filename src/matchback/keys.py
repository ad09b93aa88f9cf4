"""Keys: 63-bit integers cut from a keyed SHA-256 of a kind and values, under the workspace's secret.

The same values give the same key on every machine that has the secret, and nobody without it can go back from a
key to a value. Further bits of the same hash detect a collision.
"""

from __future__ import annotations

import hashlib
import hmac

KEY_BITS = 63
_MASK = (1 << KEY_BITS) - 1
_SEPARATOR = b"\x1f"


def derive_digest(secret: bytes, kind: str, *values: str) -> bytes:
    """Return the 32-byte HMAC-SHA-256 of kind and values; no choice of values can imitate another split."""
    message = _SEPARATOR.join(
        part.replace("\\", "\\\\").replace("\x1f", "\\u").encode("utf-8") for part in (kind, *values)
    )
    return hmac.new(secret, message, hashlib.sha256).digest()


def derive_key(secret: bytes, kind: str, *values: str) -> int:
    """Return the key (0 <= key < 2**63) of a kind and its values."""
    return int.from_bytes(derive_digest(secret, kind, *values)[:8], "big") & _MASK


def derive_check_bits(secret: bytes, kind: str, *values: str) -> int:
    """Return further 63 bits of the same hash: equal keys with other check bits are a collision."""
    return int.from_bytes(derive_digest(secret, kind, *values)[8:16], "big") & _MASK


def secret_fingerprint(secret: bytes) -> str:
    """Return what the warehouse stores to recognize the secret: it tells nothing about the secret."""
    return derive_digest(secret, "fingerprint").hex()[:32]
