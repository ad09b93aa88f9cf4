"""Planted cases: who is recognized but not eligible, and who only looks as if; and who is whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from generator.planter import FAMILY, LONG_AGO, Planter, friend
from generator.sample import HISTORY_DAY, Sample

LIST_DAYS = {
    "employees": [date(2026, 7, 31), HISTORY_DAY],
    "blocked": [date(2026, 7, 31), HISTORY_DAY],
    "opt-outs": [date(2026, 9, 30), HISTORY_DAY, date(2026, 11, 4)],
}


def plant_ineligible(sample: Sample) -> None:
    """For each reason, a recognized friend who is not eligible for it."""
    plant = Planter(sample, "existing-member")
    who, new = plant.advocate(40, "Opal", "Jessup"), friend(40, "Olaf", "Peony")
    share = plant.share(who, "2026-10-04T10:00:00")
    plant.click("2026-10-05T10:00:00", share_id=share, email=new.email)
    sample.enroll(new, None, LONG_AGO)
    plant.past("account_opened", "2026-10-10T10:00:00", new)

    plant = Planter(sample, "recent-customer")
    who, new = plant.advocate(41, "Pia", "Knox"), friend(41, "Pete", "Quince")
    plant.member_since(new, date(2026, 9, 1))
    plant.past("account_opened", "2026-10-10T11:00:00", new, advocate_code=who.code)

    plant = Planter(sample, "employee-friend")
    who, new = plant.advocate(42, "Rex", "Lang"), friend(42, "Rita", "Rowe")
    on_lists(plant, "employees", partner_user_id=new.member, email=new.email)
    plant.past("account_opened", "2026-10-11T10:00:00", new, advocate_code=who.code)

    plant = Planter(sample, "blocked-advocate")
    who, new = plant.advocate(43, "Sal", "Moody"), friend(43, "Stu", "Sorrel")
    on_lists(plant, "blocked", partner_user_id=who.member, email=who.email)
    plant.past("account_opened", "2026-10-12T11:00:00", new, advocate_code=who.code)

    plant = Planter(sample, "advocate-not-eligible")
    who, new = plant.advocate(44, "Tia", "Nash", eligible_from=None), friend(44, "Tom", "Thistle")
    plant.past("account_opened", "2026-10-13T11:00:00", new, advocate_code=who.code)

    plant = Planter(sample, "advocate-newer-than-friend")
    who, new = plant.advocate(45, "Ugo", "Olsen", since=date(2026, 5, 1)), friend(45, "Ulla", "Verbena")
    plant.member_since(new, date(2025, 12, 1))
    plant.past("account_opened", "2026-10-14T12:00:00", new, advocate_code=who.code)

    _plant_loop(sample)

    plant = Planter(sample, "outside-program")
    who, new = plant.advocate(48, "Xena", "Rhodes"), friend(48, "Xeno", "Alder")
    code = plant.coupon(
        "FAM-XENA-4801", "2026-09-05T10:00:00", advocate_partner_user_id=who.member, program=FAMILY
    )
    plant.past(
        "certificate_opened", "2026-09-10T10:00:00", new, coupon_code=code, amount="800.00", currency="USD"
    )

    plant = Planter(sample, "test-container")
    who, new = plant.advocate(49, "Yan", "Sutton"), friend(49, "Yara", "Bay")
    plant.past("account_opened", "2026-10-15T12:00:00", new, advocate_code=who.code, container="test")


def _plant_loop(sample: Sample) -> None:
    plant = Planter(sample, "loop")
    alpha = plant.advocate(46, "Vito", "Paine", member_from=None, since=None)
    beta = plant.advocate(47, "Wanda", "Quill", eligible_from=date(2026, 8, 31), member_from=None, since=None)
    alpha, beta = replace(alpha, account="3100000046"), replace(beta, account="3100000047")
    plant.past("account_opened", "2026-08-12T10:00:00", beta, advocate_code=alpha.code, tag="-1")
    plant.past("account_opened", "2026-09-20T10:00:00", alpha, advocate_code=beta.code, tag="-2")


def plant_eligible(sample: Sample) -> None:
    """Friends who look ineligible, and are not."""
    plant = Planter(sample, "next-day-member-list")
    who, new = plant.advocate(50, "Ava", "Tate"), friend(50, "Axel", "Cypress")
    share = plant.share(who, "2026-10-31T10:00:00")
    plant.click("2026-11-01T10:00:00", share_id=share, email=new.email)
    plant.opening(date(2026, 11, 3), "2026-11-02", new, note='Prefers "Ax" on mail')

    plant = Planter(sample, "opted-out-friend")
    who, new = plant.advocate(51, "Bea", "Usher"), friend(51, "Burt", "Elder")
    on_lists(plant, "opt-outs", email=new.email)
    plant.opening(date(2026, 11, 4), "2026-11-03", new, advocate_code=who.code)

    plant = Planter(sample, "branch-employee-as-recorder")
    who, new = plant.advocate(52, "Carl", "Voss"), friend(52, "Cora", "Fir")
    recorder = plant.advocate(53, "Dawn", "Webb")
    on_lists(plant, "employees", partner_user_id=recorder.member, email=recorder.email)
    plant.sample.add(
        "branch-referrals",
        date(2026, 11, 4),
        "2026-11-03 11:00:00",
        plant.case,
        partner_event_id=f"BR-{plant.tag}",
        recorder=recorder.member,
        advocate_partner_user_id=who.member,
        email=new.email,
        account_id=new.account,
        event_time="2026-11-03 11:00:00",
    )

    plant = Planter(sample, "advocate-enrolled-after-share")
    who = plant.advocate(54, "Earl", "York", eligible_from=HISTORY_DAY, enrolled_on=date(2026, 10, 30))
    new = friend(54, "Edna", "Gorse")
    share = plant.share(who, "2026-10-28T10:00:00")
    plant.click("2026-10-29T10:00:00", share_id=share, email=new.email)
    plant.opening(date(2026, 11, 3), "2026-11-02", new)


def plant_persons(sample: Sample) -> None:
    """Spouses, joint owners, placeholders: who is one person, and who is not."""
    plant = Planter(sample, "spouses-one-email")
    who = plant.advocate(55, "Finn", "Zane")
    home = "hale.household@example.net"
    her, his = friend(55, "Greta", "Hazel"), friend(55, "Glen", "Hazel", 1)
    plant.sent(plant.share(who, "2026-09-28T10:00:00"), home, "2026-09-28T10:01:00")
    plant.past("account_opened", "2026-10-08T11:00:00", replace(her, email=home), tag="-1")
    plant.past("account_opened", "2026-10-12T12:00:00", replace(his, email=home), tag="-2")

    plant = Planter(sample, "spouse-as-advocate")
    home = "tibbs.home@example.net"
    ruth = plant.advocate(59, "Ruth", "Tibbs", email=home)
    owen = replace(friend(59, "Owen", "Tibbs"), email=home)
    plant.past("account_opened", "2026-10-15T13:00:00", owen, advocate_partner_user_id=ruth.member)

    plant = Planter(sample, "joint-account")
    who, first = plant.advocate(60, "Hugo", "Adair"), friend(60, "Hana", "Ironwood")
    second = replace(friend(60, "Hector", "Ironwood", 1), account=first.account)
    share = plant.share(who, "2026-10-01T12:00:00")
    plant.click("2026-10-02T12:00:00", share_id=share, email=first.email)
    plant.past("account_opened", "2026-10-06T13:00:00", first, owner_rank=1, tag="-1")
    plant.past("account_opened", "2026-10-06T13:00:00", second, owner_rank=2, tag="-2")
    plant.past_reward(first, "2026-10-08T06:00:00", "2026-10-09T09:00:00")

    night = date(2026, 11, 4)
    plant = Planter(sample, "placeholder-member")
    who = plant.advocate(61, "Iris", "Bell")
    one, two = friend(61, "Ivan", "Jasmine"), friend(61, "Ines", "Kudzu", 1)
    plant.opening(night, "2026-11-03", one, partner_user_id="0", advocate_code=who.code, tag="-1")
    plant.opening(night, "2026-11-03", two, partner_user_id="0", tag="-2")

    nobody = replace(friend(62, "", ""), email="", member="")
    Planter(sample, "no-identifier").opening(night, "2026-11-03", nobody)
    nobody = replace(friend(63, "", ""), email="noreply@example.com", member="0")
    Planter(sample, "placeholder-only").opening(night, "2026-11-03", nobody)
    Planter(sample, "no-evidence").opening(night, "2026-11-03", friend(64, "Lena", "Laurel"))


def on_lists(plant: Planter, feed: str, **member: object) -> None:
    """Put somebody on every list of a purpose."""
    for day in LIST_DAYS[feed]:
        plant.sample.add(feed, day, str(member), plant.case, **member)
