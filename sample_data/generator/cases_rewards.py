"""Planted cases: what a reward waits for, fails on and becomes; the answers that come back for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from generator.planter import Planter, friend
from generator.sample import HISTORY_DAY, Sample, at


@dataclass(frozen=True)
class Answer:
    """A decision or report about one reward; `reward` is its name in mapping.csv."""

    feed: str
    day: date
    reward: str
    status: str
    reason: str = ""


ANSWERS = [
    Answer(
        "approvals", date(2026, 11, 3), "advocate-code/advocate-100/advocate", "decline", "suspected_abuse"
    ),
    Answer("approvals", date(2026, 11, 4), "nomination-approved/neighbor-10/actor", "approve", "checked"),
    Answer("fulfillments", date(2026, 11, 4), "coupon-code/advocate-100/advocate", "fulfilled"),
    Answer(
        "fulfillments",
        date(2026, 11, 4),
        "share-id-click/advocate-100/advocate",
        "failed",
        "account_not_found",
    ),
    Answer("fulfillments", date(2026, 11, 4), "incentivized-share/family-25/advocate", "fulfilled"),
    Answer("fulfillments", date(2026, 11, 6), "incentivized-share/family-25/advocate", "redeemed"),
    Answer(
        "fulfillments", date(2026, 11, 6), "incentivized-share/family-25/friend", "expired", "not_claimed"
    ),
]


def plant_rewards(sample: Sample) -> None:
    """Limits, near misses and deadlines; nominations; milestones in an odd order."""
    plant = Planter(sample, "qualified-account-only")
    who, new = plant.advocate(65, "Jill", "Cobb"), friend(65, "Jude", "Mallow")
    plant.click("2026-10-30T10:00:00", share_id=plant.share(who, "2026-10-29T10:00:00"), email=new.email)
    plant.opening(date(2026, 11, 2), "2026-11-01", new)
    plant.deposit("2026-11-03T06:00:00", new.account, "600.00")
    plant.milestone(
        "account_qualified", "2026-11-04T09:00:00", new.account, amount="250.00", product="checking"
    )

    plant = Planter(sample, "qualified-before-opened")
    who, new = plant.advocate(66, "Kurt", "Dale"), friend(66, "Kay", "Oleander")
    plant.milestone(
        "account_qualified", "2026-11-02T10:00:00", new.account, amount="300.00", product="savings"
    )
    plant.deposit("2026-11-03T06:30:00", new.account, "800.00")
    plant.opening(date(2026, 11, 5), "2026-11-02", new, advocate_code=who.code)

    plant = Planter(sample, "two-equal-deposits")
    who, new = plant.advocate(67, "Lars", "Eads"), friend(67, "Lola", "Poppy")
    plant.past("account_opened", "2026-10-05T11:00:00", new, advocate_code=who.code)
    cells = {"own": False, "amount": "250.00", "currency": "USD", "product": "checking"}
    plant.past("account_qualified", "2026-10-12T09:00:00", new, tag="-Q", **cells)
    for _ in range(2):
        plant.deposit("2026-11-02T06:00:00", new.account, "250.00")

    plant = Planter(sample, "sixth-of-the-year")
    who = plant.advocate(68, "Moe", "Flint")
    months = ("08-20", "08-25", "09-03", "09-10", "09-17", "09-24")
    for number, (qualified, name) in enumerate(
        zip(months, ("Ora", "Oz", "Pam", "Pip", "Ren", "Rob"), strict=True)
    ):
        new = friend(68, name, "Sumac", number)
        tag = f"-{number + 1}"
        plant.past("account_opened", f"2026-08-0{3 + number}T10:00:00", new, advocate_code=who.code, tag=tag)
        plant.past_reward(new, f"2026-08-1{number}T06:00:00", f"2026-{qualified}T09:00:00", tag=tag)

    plant = Planter(sample, "expires-unqualified")
    who, new = plant.advocate(69, "Nell", "Gage"), friend(69, "Noel", "Teasel")
    plant.past("account_opened", "2026-08-03T11:00:00", new, advocate_code=who.code)
    money = {"own": False, "currency": "USD"}
    plant.past("direct_deposit", "2026-08-10T06:00:00", new, tag="-D", amount="600.00", **money)

    plant = Planter(sample, "deposit-one-cent-short")
    who, new = plant.advocate(70, "Oren", "Hyde"), friend(70, "Orla", "Umbel")
    plant.past("account_opened", "2026-08-25T10:00:00", new, advocate_code=who.code)
    plant.past("direct_deposit", "2026-08-28T06:00:00", new, tag="-D", amount="499.99", **money)
    cells = {**money, "amount": "250.00", "product": "checking"}
    plant.past("account_qualified", "2026-09-01T09:00:00", new, tag="-Q", **cells)

    plant = Planter(sample, "amount-below-condition")
    who, new = plant.advocate(71, "Prue", "Ives"), friend(71, "Phil", "Vetch")
    plant.past("account_opened", "2026-09-08T10:00:00", new, advocate_code=who.code)
    plant.past("direct_deposit", "2026-09-10T06:00:00", new, tag="-D", amount="700.00", **money)
    cells = {**money, "amount": "99.99", "product": "checking"}
    plant.past("account_qualified", "2026-09-15T09:00:00", new, tag="-Q", **cells)

    for case, number, names, when, day in (
        ("nomination-approved", 72, ("Rosa", "Judd"), "2026-10-20T17:00:00", HISTORY_DAY),
        ("nomination-unapproved", 73, ("Seth", "Kane"), "2026-10-21T17:00:00", HISTORY_DAY),
        ("nomination-twice", 74, ("Thea", "Lowe"), "2026-11-05T17:00:00", date(2026, 11, 6)),
    ):
        plant = Planter(sample, case)
        who = plant.advocate(number, *names)
        for tag in ("-1", "-2") if case == "nomination-twice" else ("",):
            plant.sample.add(
                "nominations",
                day,
                when + tag,
                case,
                partner_event_id=f"NM-{plant.tag}{tag}",
                event_time=at(when),
                partner_user_id=who.member,
                email=who.email,
                neighbor="Ty Weir" if tag == "-2" else "Pru Lane",
            )


def plant_answers(sample: Sample, mapping: dict[str, str]) -> None:
    """Write approvals and fulfillments for the rewards whose ids the mapping names."""
    for answer in ANSWERS:
        reward_id = mapping.get(f"reward:{answer.reward}")
        if reward_id is None:
            continue
        verb, when = ("decision", "decided_on") if answer.feed == "approvals" else ("status", "reported_on")
        cells = {"reward_id": reward_id, verb: answer.status, when: answer.day, "reason_code": answer.reason}
        sample.add(answer.feed, answer.day, reward_id, answer.reward.split("/")[0], **cells)
