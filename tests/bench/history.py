"""A made history of any size, with known truth: who shared, clicked, was written to and opened an account, and why.

Everything is columns of numpy, from one seed. A key is a mixed number and no hash of a text: no value of an identifier
exists. Whether a friend was brought, and by whom, is decided first; what of it left a trace, what misleads and what is
mere noise is drawn after that, each with a chance of its own, so that evidence overlaps as it does in life.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Chances: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

SEED = 20_261_122
DAY = 86_400_000_000  # microseconds
HOUR = 3_600_000_000
NOBODY = 0  # stands for a missing key

# What is drawn about one friend who was brought. Beside each: of which friends it is the share.
BROUGHT = 0.30  # of all openings
OFFLINE = 0.05  # of those brought: nothing was shared but words
BY_EMAIL = 0.60  # of shares
SAME_ADDRESS = 0.80  # of those written to: they open with the address that the advocate knew
CLICKED = 0.75  # of those shared with
AGAIN = 0.60  # of those who clicked: once more just before opening
SAME_DEVICE = 0.55  # of those who clicked: they open there, where the opening knows a visitor at all
KNOWN_CLICK = 0.50  # of clicks in an email: the link tells the address
LINK_ON_EVENT = 0.15  # of those who clicked just before: the opening carries the share's id
COUPON = 0.25  # of those shared with
CODE = 0.06
NAMED = 0.03  # the opening names the advocate's member id or email
MEAN_DAYS = 25.0  # from share to opening
# What misleads.
RIVAL = 0.12  # of those brought: another advocate shared with them, too
COINCIDENCE = 0.08  # of those who came alone: somebody had shared with them, which moved them not
IDLE_CLICK = 0.25  # of either: they clicked it
DEAL_SITE = 0.003  # of those who came alone: a friend's coupon found on the web
OWN_LINK = 0.01  # of openings: an advocate who uses his own link or coupon
SCANNED = 0.10  # of emails: a mail scanner follows the link within seconds
WRONG_CODE = 0.03  # of codes: another advocate's
FAMILY_DEVICE = 0.02  # of those who clicked: on a device that the advocate uses, too
# Of openings: they carry this identifier.
CARRIES = {"member": 0.90, "email": 0.85, "phone": 0.50, "visitor": 0.40}
SPOUSE = 0.01  # of openings: the address of the one before
SECOND_ACCOUNT = 0.05  # of openings: by somebody who opened one before
COUPONS_PER_SHARE = 0.33
EMAILS_PER_SHARE = 0.60
LATE = 0.01  # of shares, emails and clicks: they are received up to five days late


@dataclass(frozen=True)
class Size:
    """How many of what, over how many days; the night after them brings `night_events` on one more day."""

    events: int
    shares: int
    clicks: int
    days: int = 730
    night_events: int = 100_000

    @property
    def advocates(self) -> int:
        return self.shares // 8


def years(count: int) -> Size:
    """Return a history of so many years at the daily rate of S."""
    return Size(50_000 * count, 500_000 * count, 1_000_000 * count, 365 * count)


SIZES = {"S": Size(100_000, 1_000_000, 2_000_000), "M": Size(1_000_000, 10_000_000, 20_000_000)}


def key(kind: str, numbers: Numbers) -> Numbers:
    """Return 63-bit keys of numbers of a kind (a splitmix of 64 bits); never NOBODY."""
    salt = np.uint64(int.from_bytes(kind.encode()[:8].ljust(8, b"."), "big"))
    mixed = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) ^ salt
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


@dataclass
class Columns:
    """Rows of one kind that are still being drawn: lists of pieces, joined at the end."""

    pieces: dict[str, list[Numbers]]

    def add(self, **columns: Numbers) -> None:
        for name, values in columns.items():
            self.pieces.setdefault(name, []).append(values)

    def __getitem__(self, name: str) -> Numbers:
        return np.concatenate(self.pieces[name])

    def __len__(self) -> int:
        return sum(len(piece) for piece in next(iter(self.pieces.values()), []))

    def whole(self) -> dict[str, Numbers]:
        return {name: np.concatenate(pieces) for name, pieces in self.pieces.items()}


class History:
    """What happened: `openings`, `qualifications`, `shares`, `emails`, `clicks`, `coupons` as columns of numbers.

    A time is microseconds since the first day's midnight; the night is day `size.days`. A key of 0 is missing.
    """

    def __init__(self, size: Size) -> None:
        self.size = size
        self.chance = np.random.default_rng(SEED)
        self.shares, self.emails, self.clicks, self.coupons = (Columns({}) for _ in range(4))
        self._make_openings()
        self._bring()
        self._mislead()
        self._fill()
        self.qualifications = self._qualify()

    def happens(self, chance: float, count: int) -> Chances:
        return self.chance.random(count) < chance

    # --- openings --------------------------------------------------------------------------------------------

    def _make_openings(self) -> None:
        size, chance = self.size, self.chance
        past, tonight = size.events * 7 // 10, size.night_events * 7 // 10
        count = past + tonight
        at = np.concatenate(
            [
                np.sort(chance.integers(0, size.days * DAY, past)),
                size.days * DAY + np.sort(chance.integers(0, DAY, tonight)),
            ]
        )
        friends = np.arange(count)
        second = self.happens(SECOND_ACCOUNT, count) & (friends > 10)
        friends[second] = (friends[second] * chance.random(int(second.sum()))).astype(np.int64)
        self.opened_at, self.friends, self.past, self.second = at, friends, past, second
        self.own = self.happens(OWN_LINK, count)
        self.brought = self.happens(BROUGHT, count) & ~self.own & ~second
        self.advocates = chance.integers(0, size.advocates, count)
        spouse = self.happens(SPOUSE, count)
        addresses = np.where(spouse & (friends > 0), friends - 1, friends)
        own_identity = [key("member", self.advocates), key("email-a", self.advocates)]
        identity = {
            "member": np.where(self.own, own_identity[0], key("friend", friends)),
            "email": np.where(self.own, own_identity[1], key("email-f", addresses)),
            "phone": key("phone", friends),
            "visitor": key("visitor", friends),
        }
        self.openings = {
            name: np.where(self.happens(CARRIES[name], count), keys, NOBODY)
            for name, keys in identity.items()
        }
        self.openings |= {
            name: np.zeros(count, np.int64) for name in ("coupon", "code", "share", "named", "named_email")
        }
        self.address = identity["email"]

    # --- those who were brought ------------------------------------------------------------------------------

    def _bring(self) -> None:
        chance = self.chance
        rows = np.flatnonzero(self.brought & ~self.happens(OFFLINE, len(self.brought)))
        gap = HOUR + (chance.exponential(MEAN_DAYS, len(rows)) * DAY).astype(np.int64)
        self._touch(rows, self.advocates[rows], gap, clicked=CLICKED, returns=AGAIN, coupon=COUPON)
        own = np.flatnonzero(self.own)
        self._touch(own, self.advocates[own], self.opened_at[own] - DAY, clicked=1.0, returns=0.0, coupon=0.5)
        named = rows[self.happens(NAMED, len(rows))]
        half = self.happens(0.5, len(named))
        self.openings["named"][named[half]] = key("member", self.advocates[named[half]])
        self.openings["named_email"][named[~half]] = key("email-a", self.advocates[named[~half]])
        coded = rows[self.happens(CODE, len(rows))]
        wrong = self.happens(WRONG_CODE, len(coded))
        typed = np.where(wrong, chance.integers(0, self.size.advocates, len(coded)), self.advocates[coded])
        self.openings["code"][coded] = key("code", typed)

    def _touch(
        self,
        rows: Numbers,
        advocates: Numbers,
        gap: Numbers,
        *,
        clicked: float,
        returns: float,
        coupon: float = 0.0,
    ) -> None:
        """Let advocates share with the friends of openings, so long before; some click, some use the coupon."""
        count, first, opened = len(rows), len(self.shares), self.opened_at[rows]
        at = np.maximum(opened - gap, opened // 2)  # nothing is older than the history
        shares = np.arange(first, first + count)
        by_email = self.happens(BY_EMAIL, count)
        self.shares.add(advocate=advocates, at=at, by_email=by_email.astype(np.int64))
        address = np.where(self.happens(SAME_ADDRESS, count), self.address[rows], key("other", rows))
        self._write_to(shares[by_email], address[by_email], at[by_email])
        clicks = self.happens(clicked, count)
        family = self.happens(FAMILY_DEVICE, count)
        device = np.where(
            self.happens(SAME_DEVICE, count), key("visitor", self.friends[rows]), key("device", shares)
        )
        device = np.where(family, key("visit-a", advocates), device)
        known = np.where(by_email & self.happens(KNOWN_CLICK, count), address, NOBODY)
        clicked_at = np.minimum(
            at + (self.chance.exponential(2.0, count) * DAY).astype(np.int64), (at + opened) // 2
        )
        self._click(shares[clicks], device[clicks], known[clicks], clicked_at[clicks])
        again = clicks & self.happens(returns, count)
        before = opened - np.minimum(opened - clicked_at, self.chance.integers(60_000_000, 6 * HOUR, count))
        self._click(shares[again], device[again], known[again], before[again])
        if returns:
            carried = again & self.happens(LINK_ON_EVENT, count)
            self.openings["share"][rows[carried]] = key("share", shares[carried])
            family_rows = rows[clicks & family]
            self.openings["visitor"][family_rows] = device[clicks & family]
            mine, hers = (
                clicks & family,
                key("email-a", advocates),
            )  # the advocate looked at the link there, too
            self._click(shares[mine], device[mine], hers[mine], clicked_at[mine])
        used = self.happens(coupon, count)
        self._issue(shares[used], rows[used])

    def _write_to(self, shares: Numbers, addresses: Numbers, at: Numbers) -> None:
        self.emails.add(share=shares, email=addresses, at=at)
        scanned = self.happens(SCANNED, len(shares))
        seconds = self.chance.integers(1_000_000, 20_000_000, int(scanned.sum()))
        robots = key("robot", shares[scanned])
        self._click(shares[scanned], robots, addresses[scanned], at[scanned] + seconds)

    def _click(self, shares: Numbers, visitors: Numbers, addresses: Numbers, at: Numbers) -> None:
        self.clicks.add(share=shares, visitor=visitors, email=addresses, at=at)

    def _issue(self, shares: Numbers, rows: Numbers) -> None:
        self.coupons.add(share=shares, reward=np.zeros(len(shares), np.int64))
        self.openings["coupon"][rows] = key("coupon", shares)

    # --- what misleads, and noise ----------------------------------------------------------------------------

    def _mislead(self) -> None:
        chance, count = self.chance, len(self.opened_at)
        for rows, days in (
            (np.flatnonzero(self.brought & self.happens(RIVAL, count)), 180),
            (np.flatnonzero(~self.brought & ~self.own & self.happens(COINCIDENCE, count)), 365),
        ):
            others = chance.integers(0, self.size.advocates, len(rows))
            gap = (chance.random(len(rows)) * days * DAY).astype(np.int64)
            self._touch(rows, others, gap, clicked=IDLE_CLICK, returns=0.0)

    def _fill(self) -> None:
        """Add shares, emails, clicks and coupons of people who never open anything, up to the size."""
        size, chance = self.size, self.chance
        end, first = (size.days + 1) * DAY, len(self.shares)
        count = max(size.shares - first, 0)
        made_at = chance.integers(0, end, count)
        by_email = self.happens(EMAILS_PER_SHARE, count)
        self.shares.add(
            advocate=chance.integers(0, size.advocates, count), at=made_at, by_email=by_email.astype(np.int64)
        )
        written = first + np.flatnonzero(by_email)
        self._write_to(written, key("other-e", written // 2), made_at[by_email])
        clicks = max(size.clicks - len(self.clicks), 0)
        pick = chance.integers(0, count, clicks) if count else np.zeros(0, np.int64)
        at = np.minimum(made_at[pick] + (chance.exponential(5.0, clicks) * DAY).astype(np.int64), end - 1)
        visitors = key("stranger", chance.integers(0, size.clicks // 3, clicks))
        known = np.where(self.happens(0.2, clicks), key("other-e", (first + pick) // 2), NOBODY)
        anonymous = self.happens(0.05, clicks)
        self._click(first + pick, np.where(anonymous, NOBODY, visitors), known, at)
        coupons = max(int(size.shares * COUPONS_PER_SHARE) - len(self.coupons), 0)
        offered = first + chance.permutation(count)[:coupons]
        rewards = self.happens(0.08, len(offered))
        self.coupons.add(share=offered, reward=rewards.astype(np.int64))
        found = np.flatnonzero(~self.brought & ~self.own & self.happens(DEAL_SITE, len(self.opened_at)))
        self.openings["coupon"][found] = key("coupon", chance.choice(offered[~rewards], len(found)))

    def _qualify(self) -> Mapping[str, Numbers]:
        """Let accounts qualify: those of the past 5 to 40 days after their opening, tonight's on the night's day."""
        size, chance = self.size, self.chance
        order = chance.permutation(self.past)
        past, tonight = size.events - self.past, size.night_events - size.night_events * 7 // 10
        chosen = np.sort(order[:past])
        at = self.opened_at[chosen] + chance.integers(5 * DAY, 40 * DAY, len(chosen))
        late = at >= size.days * DAY
        at[late] = np.maximum(
            self.opened_at[chosen[late]], size.days * DAY - 1 - chance.integers(0, DAY, int(late.sum()))
        )
        now = np.concatenate([order[past:], np.arange(self.past, len(self.opened_at))])[:tonight]
        tonight_at = np.maximum(size.days * DAY + chance.integers(0, DAY, len(now)), self.opened_at[now])
        return {"opening": np.concatenate([chosen, now]), "at": np.concatenate([at, tonight_at])}

    def truth(self) -> dict[str, Numbers]:
        """Return for each friend's first opening its event's key and the member id of who brought them, or NOBODY."""
        rows = np.flatnonzero(~self.second)
        brought = np.where(self.brought, key("member", self.advocates), NOBODY)
        return {"partner_event_key": key("opening", rows), "advocate_key": brought[rows]}
