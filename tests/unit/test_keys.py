"""Keys: stable, keyed by the secret, and no two splits of values alike."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from matchback.keys import derive_check_bits, derive_key, secret_fingerprint


def test_a_key_is_the_same_on_every_machine() -> None:
    """Golden values: changing them would orphan every ledger."""
    assert derive_key(b"secret", "email", "ann@example.com") == 7756978813668114544
    assert secret_fingerprint(b"secret") == "17b9b1633d031e591636e68ae8235a0e"


@given(st.text(), st.text(), st.text(), st.text())
def test_no_two_splits_of_values_share_a_key(first: str, second: str, third: str, fourth: str) -> None:
    """A separator inside a value cannot imitate another pair."""
    same = (first, second) == (third, fourth)
    keys_agree = derive_key(b"s", "k", first, second) == derive_key(b"s", "k", third, fourth)
    assert keys_agree == same


@given(st.text())
def test_keys_fit_a_signed_bigint(value: str) -> None:
    """Keys are never negative and need at most 63 bits."""
    assert 0 <= derive_key(b"s", "email", value) < 2**63
    assert 0 <= derive_check_bits(b"s", "email", value) < 2**63


def test_another_secret_gives_another_key() -> None:
    """Without the secret nobody can recompute a key."""
    assert derive_key(b"one", "email", "ann@example.com") != derive_key(b"two", "email", "ann@example.com")
