"""Planted cases: every way to be recognized, and every way for a candidate to lose."""

from __future__ import annotations

from datetime import date

from generator.planter import FAMILY, Planter, friend, utc
from generator.sample import HISTORY_DAY, Sample


def plant_types(sample: Sample, mapping: dict[str, str]) -> None:
    """One friend for each recognition type; most are also the life of a reward."""
    plant = Planter(sample, "coupon-code")
    ada, amy = plant.advocate(1, "Ada", "Quill"), friend(1, "Amy", "Birch")
    share = plant.share(ada, "2026-08-01T10:00:00")
    code = plant.coupon(
        "HLC-ADA-4471", "2026-08-01T10:05:00", share_id=share, advocate_partner_user_id=ada.member
    )
    plant.past("account_opened", "2026-08-11T14:20:00", amy, coupon_code=code)
    plant.past_reward(amy, "2026-08-14T06:00:00", "2026-08-20T09:00:00")

    plant = Planter(sample, "share-id-click")
    ben, bea = plant.advocate(2, "Ben", "Rowan"), friend(2, "Bea", "Cedar")
    share = plant.share(ben, "2026-08-02T11:00:00")
    plant.click("2026-08-05T09:30:00", share_id=share, email=bea.email)
    plant.past("account_opened", "2026-08-12T10:00:00", bea)
    plant.past_reward(bea, "2026-08-15T06:00:00", "2026-08-21T09:00:00")

    plant = Planter(sample, "share-id-used")
    cal, cy = plant.advocate(3, "Cal", "Thorne"), friend(3, "Cy", "Dogwood")
    share = plant.share(cal, "2026-08-03T11:00:00")
    plant.past("account_opened", "2026-08-13T10:00:00", cy, share_id=share)
    plant.past_reward(cy, "2026-08-16T06:00:00", "2026-08-24T09:00:00")

    plant = Planter(sample, "shareable-click")
    dot, dan = plant.advocate(4, "Dot", "Vance"), friend(4, "Dan", "Elmore")
    plant.share(dot, "2026-08-04T11:00:00")
    plant.click("2026-08-06T20:15:00", shareable_id=dot.link, visitor_id=dan.visitor)
    plant.registration("2026-08-06T20:20:00", dan.visitor, dan.email)
    plant.past("account_opened", "2026-08-14T12:00:00", dan)
    plant.past_reward(dan, "2026-08-18T06:00:00", "2026-08-25T09:00:00")
    plant.milestone("account_closed", "2026-11-04T15:00:00", dan.account, tag="-X")

    plant = Planter(sample, "shareable-used")
    eve, ed = plant.advocate(5, "Eve", "Wilder"), friend(5, "Ed", "Fernley")
    plant.past("account_opened", "2026-09-21T10:00:00", ed, shareable_id=eve.link)
    plant.past_reward(ed, "2026-10-01T06:00:00", "2026-10-15T09:00:00")
    plant.milestone("account_closed", "2026-11-03T11:00:00", ed.account, tag="-X")

    plant = Planter(sample, "advocate-code")
    fay, flo = plant.advocate(6, "Fay", "Yarrow"), friend(6, "Flo", "Garland")
    plant.past("account_opened", "2026-09-25T10:00:00", flo, advocate_code=fay.code)
    plant.past_reward(flo, "2026-10-02T06:00:00", "2026-10-20T09:00:00")

    plant = Planter(sample, "partner-share-id")
    gus, gia = plant.advocate(7, "Gus", "Abbott"), friend(7, "Gia", "Holly")
    plant.share(gus, "2026-09-26T11:00:00", partner_share_id="CRM-7707")
    plant.past("account_opened", "2026-10-01T10:00:00", gia, partner_share_id="CRM-7707")

    plant = Planter(sample, "advocate-partner-user-id")
    hal, hope = plant.advocate(8, "Hal", "Brandt"), friend(8, "Hope", "Ivers")
    plant.past("account_opened", "2026-09-20T10:00:00", hope, advocate_partner_user_id=hal.member)
    plant.past_reward(hope, "2026-10-01T06:00:00", "2026-10-08T09:00:00")

    plant = Planter(sample, "advocate-email")
    ida, ian = plant.advocate(9, "Ida", "Corbin"), friend(9, "Ian", "Juniper")
    plant.past("account_opened", "2026-10-03T10:00:00", ian, advocate_email=ida.email.upper())

    plant = Planter(sample, "advocate-order-id")
    jan, joy = plant.advocate(10, "Jan", "Dexter"), friend(10, "Joy", "Kestrel")
    plant.past("account_opened", "2026-08-05T10:00:00", jan, tag="-OWN", order_id="APP-9010")
    plant.past("account_opened", "2026-10-05T10:00:00", joy, advocate_order_id="APP-9010")

    plant = Planter(sample, "advocate-person-id")
    plant.advocate(11, "Kit", "Emmett")
    person_id = mapping.get("person:advocate-person-id", "")
    plant.opening(date(2026, 11, 5), "2026-11-04", friend(11, "Kim", "Larch"), advocate_person_id=person_id)

    plant = Planter(sample, "share-recipient")
    lou, liv = plant.advocate(12, "Lou", "Farrow"), friend(12, "Liv", "Maple")
    share = plant.share(lou, "2026-08-20T11:00:00")
    plant.sent(share, "Liv.MAPLE@example.net", "2026-08-20T11:01:00")
    plant.past("account_opened", "2026-09-10T10:00:00", liv)
    plant.past_reward(liv, "2026-09-25T06:00:00", "2026-10-04T09:00:00")

    plant = Planter(sample, "manual")
    plant.advocate(13, "Mae", "Gideon")
    max_ = friend(13, "Max", "Nettle")
    plant.past("account_opened", "2026-10-02T10:00:00", max_)
    plant.past_reward(max_, "2026-10-10T06:00:00", "2026-10-12T09:00:00")

    plant = Planter(sample, "incentivized-share")
    ned, nan = plant.advocate(14, "Ned", "Hollis"), friend(14, "Nan", "Oakes")
    share = plant.share(ned, "2026-10-05T10:00:00", program=FAMILY)
    plant.click("2026-10-06T10:00:00", share_id=share, email=nan.email)
    plant.past("certificate_opened", "2026-10-08T10:00:00", nan, amount="1000.00", currency="USD")


def plant_losers(sample: Sample) -> None:
    """For each reason to lose, a candidate that loses for it."""
    plant = Planter(sample, "two-advocates-used")
    older, newer, pat = (
        plant.advocate(15, "Oda", "Innes"),
        plant.advocate(16, "Otto", "Jarvis"),
        friend(15, "Pat", "Pine"),
    )
    share = plant.share(older, "2026-09-01T10:00:00", tag="-1")
    code = plant.coupon(
        "HLC-ODA-1501", "2026-09-01T10:05:00", share_id=share, advocate_partner_user_id=older.member
    )
    share = plant.share(newer, "2026-09-13T10:00:00", tag="-2")
    plant.click("2026-09-14T09:00:00", share_id=share, email=pat.email)
    plant.past("account_opened", "2026-09-15T10:00:00", pat, coupon_code=code)

    plant = Planter(sample, "two-advocates-recent")
    older, newer, quin = (
        plant.advocate(17, "Peg", "Kerr"),
        plant.advocate(18, "Perry", "Lomax"),
        friend(17, "Quin", "Reed"),
    )
    for tag, who, shared, clicked in (
        ("-1", older, "2026-09-09T10:00:00", "2026-09-10T09:00:00"),
        ("-2", newer, "2026-09-13T10:00:00", "2026-09-14T09:00:00"),
    ):
        plant.click(clicked, tag=tag, share_id=plant.share(who, shared, tag=tag), email=quin.email)
    plant.past("account_opened", "2026-09-16T10:00:00", quin)

    plant = Planter(sample, "family-first")
    first, later, rae = (
        plant.advocate(19, "Ray", "Mercer"),
        plant.advocate(20, "Ria", "Norris"),
        friend(19, "Rae", "Sage"),
    )
    for tag, who, shared, clicked in (
        ("-1", first, "2026-10-09T10:00:00", "2026-10-10T09:00:00"),
        ("-2", later, "2026-10-11T10:00:00", "2026-10-12T09:00:00"),
    ):
        plant.click(
            clicked, tag=tag, share_id=plant.share(who, shared, tag=tag, program=FAMILY), email=rae.email
        )
    plant.past("certificate_opened", "2026-10-14T10:00:00", rae, amount="400.00", currency="USD")

    plant = Planter(sample, "opened-before-share")
    sid, sky = plant.advocate(21, "Sid", "Osgood"), friend(21, "Sky", "Tansy")
    share = plant.share(sid, "2026-10-01T10:00:00")
    plant.click("2026-10-09T11:00:00", share_id=share, email=sky.email)
    plant.past("account_opened", "2026-10-09T10:00:00", sky)

    for number, case, sent, names in (
        (22, "out-of-look-back", "2026-08-04T09:05:00", (("Tad", "Prior"), ("Tess", "Umber"))),
        (23, "look-back-last-day", "2026-08-05T09:05:00", (("Una", "Quist"), ("Uri", "Violet"))),
    ):
        plant = Planter(sample, case)
        who, new = plant.advocate(number, *names[0]), friend(number, *names[1])
        plant.sent(plant.share(who, sent.replace(":05:", ":00:")), new.email, sent)
        plant.opening(date(2026, 11, 4), "2026-11-03", new)

    _plant_coupons(sample)

    plant = Planter(sample, "self-referral")
    own = plant.advocate(29, "Bob", "Weller")
    again = friend(29, "Bob", "Weller")
    plant.past(
        "account_opened",
        "2026-10-07T10:00:00",
        again,
        email=own.email,
        partner_user_id=own.member,
        advocate_code=own.code,
    )

    plant = Planter(sample, "joint-self")
    own, other = plant.advocate(30, "Cleo", "Xavier"), friend(30, "Clay", "Aster")
    plant.past("account_opened", "2026-10-08T10:00:00", other, advocate_code=own.code, owner_rank=1, tag="-1")
    plant.past(
        "account_opened",
        "2026-10-08T10:00:00",
        other,
        email=own.email,
        partner_user_id=own.member,
        owner_rank=2,
        tag="-2",
    )

    plant = Planter(sample, "test-click")
    dee, don = plant.advocate(31, "Dee", "Yates"), friend(31, "Don", "Briar")
    share = plant.share(dee, "2026-09-27T10:00:00")
    plant.click("2026-09-28T09:00:00", share_id=share, email=don.email, container="test")
    plant.past("account_opened", "2026-10-02T11:00:00", don)

    _plant_relationships(sample)


def _plant_coupons(sample: Sample) -> None:
    plant = Planter(sample, "coupon-expired")
    vic, val, vera = (
        plant.advocate(24, "Vic", "Rusk"),
        friend(24, "Val", "Willow"),
        friend(24, "Vera", "Yew", 1),
    )
    for tag, who, opened in (
        ("-LATE", val, "2026-10-16T00:10:00"),
        ("-LAST-DAY", vera, "2026-10-15T23:50:00"),
    ):
        code = plant.coupon(
            f"HLC-VIC-24{tag}",
            "2026-09-20T10:00:00",
            advocate_partner_user_id=vic.member,
            valid_until=date(2026, 10, 15),
        )
        plant.past("account_opened", opened, who, coupon_code=code, tag=tag)

    plant = Planter(sample, "coupon-not-yet-valid")
    wes, wyn = plant.advocate(25, "Wes", "Stroud"), friend(25, "Wyn", "Zinnia")
    code = plant.coupon(
        "HLC-WES-2501",
        "2026-10-10T10:00:00",
        advocate_partner_user_id=wes.member,
        valid_from=date(2026, 10, 20),
    )
    plant.past("account_opened", "2026-10-19T12:00:00", wyn, coupon_code=code)

    plant = Planter(sample, "coupon-revoked")
    xia, xan = plant.advocate(26, "Xia", "Tolman"), friend(26, "Xan", "Acorn")
    code = plant.coupon(
        "HLC-XIA-2601",
        "2026-10-01T10:00:00",
        advocate_partner_user_id=xia.member,
        revoked_on=date(2026, 10, 10),
    )
    plant.past("account_opened", "2026-10-12T10:00:00", xan, coupon_code=code)

    plant = Planter(sample, "coupon-is-reward")
    yul, yves = plant.advocate(27, "Yul", "Upton"), friend(27, "Yves", "Bramble")
    code = plant.coupon(
        "THANKS-YUL-27",
        "2026-10-01T11:00:00",
        advocate_partner_user_id=yul.member,
        purpose="advocate_reward",
        issued_to=yul.email,
    )
    plant.past("account_opened", "2026-10-13T10:00:00", yves, coupon_code=code)

    plant = Planter(sample, "coupon-public")
    zoe, zack = plant.advocate(28, "Zoe", "Vernon"), friend(28, "Zack", "Clover")
    code = plant.coupon("WELCOME26", "2026-08-01T00:00:00", purpose="public", single_use=False)
    share = plant.share(zoe, "2026-10-05T12:00:00")
    plant.click("2026-10-06T12:00:00", share_id=share, email=zack.email)
    plant.past("account_opened", "2026-10-14T11:00:00", zack, coupon_code=code)

    plant = Planter(sample, "coupon-already-used")
    who, one, two = (
        plant.advocate(32, "Abe", "Zeller"),
        friend(32, "Art", "Daisy"),
        friend(32, "Alma", "Fennel", 1),
    )
    code = plant.coupon("HLC-ABE-3201", "2026-08-30T10:00:00", advocate_partner_user_id=who.member)
    plant.past("account_opened", "2026-09-02T10:00:00", one, coupon_code=code, tag="-1")
    plant.past("account_opened", "2026-09-12T10:00:00", two, coupon_code=code, tag="-2")

    plant = Planter(sample, "coupon-other-program")
    who, new = plant.advocate(33, "Bess", "Ames"), friend(33, "Bart", "Ginger")
    code = plant.coupon(
        "FAM-BESS-3301", "2026-10-01T10:00:00", advocate_partner_user_id=who.member, program=FAMILY
    )
    plant.past("account_opened", "2026-10-06T11:00:00", new, coupon_code=code)

    plant = Planter(sample, "coupon-unknown")
    plant.past(
        "account_opened", "2026-10-06T12:00:00", friend(34, "Cass", "Heath"), coupon_code="ZZ-NOBODY-0"
    )


def _plant_relationships(sample: Sample) -> None:
    plant = Planter(sample, "second-product")
    gil, ann = plant.advocate(35, "Gil", "Boyd"), friend(35, "Ann", "Ivy")
    second = friend(35, "Ann", "Ivy", 1).account
    plant.past("account_opened", "2026-10-06T10:00:00", ann, advocate_code=gil.code, tag="-1")
    plant.past_reward(ann, "2026-10-08T06:00:00", "2026-10-09T09:00:00", tag="-1")
    plant.past("account_opened", "2026-10-20T10:00:00", ann, account_id=second, tag="-2")
    again = friend(35, "Ann", "Ivy", 1)
    plant.past_reward(again, "2026-10-22T06:00:00", "2026-10-23T09:00:00", tag="-2")

    plant = Planter(sample, "relationship-holds")
    hank, ingrid, bo = (
        plant.advocate(36, "Hank", "Cole"),
        plant.advocate(37, "Ingrid", "Dunn"),
        friend(36, "Bo", "Jade"),
    )
    plant.past("account_opened", "2026-10-06T10:30:00", bo, advocate_code=hank.code, tag="-1")
    plant.click("2026-10-15T09:00:00", share_id=plant.share(ingrid, "2026-10-14T10:00:00"), email=bo.email)
    plant.past(
        "account_opened", "2026-10-20T10:30:00", bo, account_id=friend(36, "Bo", "Jade", 1).account, tag="-2"
    )

    plant = Planter(sample, "relationship-replaced")
    jack, kate, cam = (
        plant.advocate(38, "Jack", "Eaton"),
        plant.advocate(39, "Kate", "Frost"),
        friend(38, "Cam", "Kelp"),
    )
    plant.past("account_opened", "2026-10-06T10:45:00", cam, advocate_code=jack.code, tag="-1")
    plant.past(
        "account_opened",
        "2026-10-20T10:45:00",
        cam,
        account_id=friend(38, "Cam", "Kelp", 1).account,
        advocate_code=kate.code,
        tag="-2",
    )


def plant_times(sample: Sample) -> None:
    """Cases of time: the long night, the same day, the late file."""
    plant = Planter(sample, "night-of-25-hours")
    leo, lux = plant.advocate(57, "Leo", "Grant"), friend(57, "Lux", "Lotus")
    share = plant.share(leo, "2026-10-31T20:00:00", program=FAMILY)
    plant.click("", moment=utc("2026-11-01T05:50:00"), share_id=share, email=lux.email)
    opened = utc("2026-11-01T06:10:00")  # 01:10 by the clock, twenty minutes after a click at 01:50
    plant.sample.add(
        "certificates",
        date(2026, 11, 2),
        opened.isoformat(),
        plant.case,
        partner_event_id=f"CT-{plant.tag}",
        event_time=opened,
        partner_user_id=lux.member,
        email=lux.email,
        account_id=lux.account,
        amount="600.00",
    )

    plant = Planter(sample, "share-same-day")
    mona, milo = plant.advocate(58, "Mona", "Hale"), friend(58, "Milo", "Moss")
    share = plant.share(mona, "2026-11-03T14:30:00")
    plant.click("2026-11-03T15:00:00", share_id=share, email=milo.email)
    plant.opening(date(2026, 11, 4), "2026-11-03", milo)

    plant = Planter(sample, "late-share-file")
    nora, nick = plant.advocate(56, "Nora", "Irwin"), friend(56, "Nick", "Orchid")
    share = plant.share(nora, "2026-10-25T10:00:00", day=date(2026, 11, 6), suffix="_late")
    plant.opening(date(2026, 11, 2), "2026-11-01", nick, share_id=share)
    assert date(2026, 11, 1) > HISTORY_DAY
