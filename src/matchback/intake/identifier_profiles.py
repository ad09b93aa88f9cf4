"""Which named, versioned profile normalizes which kind of identifier. Keys rest on them, so a change is a new name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchback.intake.hashed_lists import HASHED_KINDS

if TYPE_CHECKING:
    from matchback.config import Config

PROFILES: dict[str, str] = {
    "email": "email_1",
    "phone": "phone_1",
    "coupon_code": "code_1",
    "advocate_code": "code_1",
    "partner_user_id": "exact_1",
    "account_id": "exact_1",
    "visitor_id": "exact_1",
    "order_id": "exact_1",
    "share_id": "exact_1",
    "shareable_id": "exact_1",
    "partner_share_id": "exact_1",
    "partner_event_id": "exact_1",
    "click_id": "exact_1",
    **dict.fromkeys(HASHED_KINDS, "hash_1"),
}
# What a workspace may choose for its addresses; one that is not `lower` is read as a kind of its own, `email:google`.
EMAIL_PROFILES = {"exact": "email_exact_1", "lower": "email_1", "google": "email_google_1"}
PROFILES |= {f"email:{name}": profile for name, profile in EMAIL_PROFILES.items() if name != "lower"}
# The kind under which the vault keeps an address as it was written, where that is not its normal form. It is nobody's
# key: it only tells whether a hash was made of an address before it was normalized.
AS_WRITTEN = "email:exact"


def keeps_writings(config: Config) -> bool:
    """Tell whether addresses are kept as they were written, too: only where hashes come that could be made of them."""
    return any(feed.hashed for feed in config.feeds)


def read_as(kind: str, email_profile: str) -> str:
    """Return the kind as which the values of a kind are normalized under the workspace's profile of addresses."""
    return f"email:{email_profile}" if kind == "email" and email_profile != "lower" else kind


def named_profiles(email_profile: str) -> dict[str, str]:
    """Return the profile, with its version, of each kind of identifier in a workspace."""
    own = {kind: profile for kind, profile in PROFILES.items() if not kind.startswith("email:")}
    return own | {"email": EMAIL_PROFILES[email_profile]}
