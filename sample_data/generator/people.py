"""Invented names; addresses at reserved domains, phone numbers of the range kept for fiction."""

from __future__ import annotations

import random

from generator.sample import Person

FIRST = (  # noqa: SIM905 (a paragraph of names reads better than a column)
    "Adele Amos Anika Arlo Beata Boris Carmen Cedric Dahlia Damon Edith Elias Farah Felix Gemma Gordon "
    "Hattie Hugh Imani Isaac Jada Jonas Kira Kofi Leila Lionel Maren Mateo Nadia Nolan Odette Omar Petra "
    "Quincy Rhea Roland Saskia Silas Tamsin Theo Ursula Viola Walter Willa Yusuf Zelda"
).split()
LAST = (  # noqa: SIM905 (likewise)
    "Alden Barlow Calloway Danvers Ellery Fairfax Garrick Hathaway Ingram Jarrow Kendrick Lockhart "
    "Merriweather Northrup Oakley Pemberton Quimby Ravenel Sheffield Thackeray Underhill Vandermeer "
    "Whitlock Yarborough Zimmer Ashdown Brisco Copeland Driscoll Everly Fenwick Granger Holbrook "
    "Islington Kingsley Lindqvist Marchetti Novak Okafor Pereira Rasmussen Santoro Takeda Ulrich "
    "Villanueva Wexler"
).split()
AREA_CODES = (207, 401, 413, 508, 603, 617, 774, 781, 802, 860)


def crowd_member(chance: random.Random, number: int) -> Person:
    """Return the existing member of this number: an advocate of the crowd."""
    first, last = chance.choice(FIRST), chance.choice(LAST)
    area, line = AREA_CODES[number // 100 % len(AREA_CODES)], 100 + number % 100
    return Person(
        member=f"M1{number:05d}",
        email=f"{first}.{last}{number}@example.com".lower(),
        account=f"39{number:08d}",
        code=f"{last[:6].upper()}{number}",
        link=f"L-1{number:04d}",
        phone=f"({area}) 555-0{line}" if number < 100 * len(AREA_CODES) and number % 3 == 0 else "",
        first=first,
        last=last,
    )


def crowd_friend(chance: random.Random, number: int) -> Person:
    """Return the friend of this number: somebody who opens an account."""
    first, last = chance.choice(FIRST), chance.choice(LAST)
    return Person(
        member=f"M2{number:05d}",
        email=f"{first}.{last}.{number}@example.net".lower(),
        account=f"30{number:08d}",
        visitor=f"v-2{number:05d}",
        first=first,
        last=last,
    )


def stranger(chance: random.Random, number: int) -> str:
    """Return the address of somebody who was shared to and never came."""
    return f"{chance.choice(FIRST)}.{chance.choice(LAST)}+{number}@example.org".lower()
