"""Planted cases: damaged, repeated, contradicting and corrected records."""

from __future__ import annotations

from datetime import date

from generator.files import line_of
from generator.planter import Planter, friend
from generator.sample import NIGHTS, Sample, at


def plant_intake(sample: Sample) -> None:
    """Refused records, duplicates and conflicts, corrections and cancellations."""
    plant = Planter(sample, "ragged-row")
    new = friend(75, "Sue", "Woad")
    scratch = Sample()
    cells = Planter(scratch, "ragged-row").opening(date(2026, 11, 6), "2026-11-05", new)
    line = line_of("account-openings", cells).replace("Woad", "Woad, Jr.")
    plant.opening(date(2026, 11, 6), "2026-11-05", new, raw=line)

    plant = Planter(sample, "bad-date")
    new = friend(76, "Ted", "Yucca")
    cells = Planter(scratch, "bad-date").opening(date(2026, 11, 6), "2026-11-05", new)
    line = line_of("account-openings", cells).replace("2026-11-05", "2026-11-31")
    plant.opening(date(2026, 11, 6), "2026-11-05", new, raw=line)

    plant = Planter(sample, "amount-25-005")
    new = friend(77, "Uma", "Arnica")
    cells = Planter(scratch, "amount-25-005").opening(date(2026, 11, 7), "2026-11-06", new, amount="25.005")
    plant.opening(date(2026, 11, 7), "2026-11-06", new, raw=line_of("account-openings", cells))

    plant = Planter(sample, "unknown-event-name")
    plant.registration(
        "2026-11-04T12:00:00", "v-9178", "van.begonia@example.net", event_name="freind_registered"
    )

    plant = Planter(sample, "duplicate")
    who, new = plant.advocate(79, "Wim", "Marsh"), friend(79, "Wren", "Camas")
    for night in (date(2026, 11, 3), date(2026, 11, 4)):
        plant.opening(night, "2026-11-02", new, advocate_code=who.code)

    plant = Planter(sample, "conflict")
    who, new = plant.advocate(80, "Xan", "Nolan"), friend(80, "Yoko", "Dahlia")
    plant.opening(date(2026, 11, 3), "2026-11-02", new, advocate_code=who.code)
    plant.opening(date(2026, 11, 5), "2026-11-04", new, advocate_code=who.code, amount="900.00")

    plant = Planter(sample, "correction")
    who, new = plant.advocate(81, "Yves", "Odell"), friend(81, "Jo", "Linn")
    plant.click("2026-10-29T11:00:00", share_id=plant.share(who, "2026-10-27T10:00:00"), email=new.email)
    plant.opening(date(2026, 11, 3), "2026-11-02", new, email="jo.lin@example.net")
    plant.opening(
        date(2026, 11, 5), "2026-11-02", new, action="correct", corrected_at="2026-11-04T09:00:00-05:00"
    )

    plant = Planter(sample, "cancellation")
    who, new = plant.advocate(82, "Zeb", "Pratt"), friend(82, "Zara", "Elm")
    plant.opening(date(2026, 11, 3), "2026-11-02", new, advocate_code=who.code)
    cancel = {"action": "cancel", "corrected_at": "2026-11-04T10:00:00-05:00"}
    plant.opening(date(2026, 11, 5), "2026-11-02", new, advocate_code=who.code, **cancel)
    del sample.members[new.member]

    plant = Planter(sample, "cumulative-balances")
    who, new = plant.advocate(83, "Abel", "Quade"), friend(83, "Ally", "Freesia")
    plant.click("2026-10-26T10:00:00", share_id=plant.share(who, "2026-10-25T11:00:00"), email=new.email)
    for number, night in enumerate(NIGHTS):
        plant.sample.add(
            "core-export",
            night,
            f"2026-10-27T23:59:59{new.account}",
            plant.case,
            event_name="account_opened",
            first=new.first.upper(),
            last=new.last.upper(),
            email=new.email.upper(),
            account_id=new.account,
            event_time=date(2026, 10, 27),
            amount=f"{500 + 25 * number}.00",
            product="SAVINGS",
            partner_user_id=new.member,
        )
    plant.joins(new, date(2026, 10, 27))
    assert at("2026-11-01T12:00:00").hour == 17
