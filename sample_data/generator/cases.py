"""What must happen in each planted case, in one line: the table of README.md."""

from __future__ import annotations

CASES: dict[str, str] = {
    # every recognition type; most are also the life of a reward
    "coupon-code": "COUPON_CODE; the advocate's 100.00 comes back fulfilled from payout file 1",
    "share-id-click": "SHARE_ID by an earlier click; the advocate's 100.00 comes back failed",
    "share-id-used": "SHARE_ID on the event; both rewards stay issued",
    "shareable-click": "SHAREABLE_ID by a click whose visitor the registration ties to the friend; account closed on "
    "4 November, 82 days after opening: both issued rewards are clawed back",
    "shareable-used": "SHAREABLE_ID on the event, known from the advocates' file alone; account closed while the "
    "rewards are pending: both are voided",
    "advocate-code": "ADVOCATE_CODE; the advocate's reward is declined, the friend's stays pending",
    "partner-share-id": "PARTNER_SHARE_ID; nothing qualified yet: decisions wait, with deadlines",
    "advocate-partner-user-id": "ADVOCATE_PARTNER_USER_ID; released on a Saturday, 7 November: approved, unpaid",
    "advocate-email": "ADVOCATE_EMAIL, written in capitals",
    "advocate-order-id": "ADVOCATE_ORDER_ID: the application number of the advocate's own opening, which itself is "
    "`no_evidence`",
    "advocate-person-id": "ADVOCATE: the person id on the event (from mapping.csv)",
    "share-recipient": "SHARE_RECIPIENT (address in capitals); matures on 3 November and is issued that day",
    "manual": "MANUAL: unrecognized until the operator act of 5 November (acts.toml), then pending",
    "incentivized-share": "INCENTIVIZED_SHARE; `to = both`: the advocate's card is redeemed, the friend's expires",
    # every reason to lose
    "two-advocates-used": "the coupon used on the event beats the newer click, which is `lower_tier`",
    "two-advocates-recent": "of two clicks the most recent wins; the other is `older`",
    "family-first": "tie_break = first: the first click wins, the other is `newer`; 400.00 is under the condition",
    "opened-before-share": "the click came an hour after the opening: `opened_before_share`, all_lost",
    "out-of-look-back": "shared 91 days before the opening, the look-back is 90: `out_of_look_back`, all_lost",
    "look-back-last-day": "shared 90 days before the opening: recognized",
    "coupon-expired": "ten minutes after the last valid day ended: `coupon_expired`; ten minutes before: recognized",
    "coupon-not-yet-valid": "`coupon_not_yet_valid`, all_lost",
    "coupon-revoked": "`coupon_revoked`, all_lost",
    "coupon-is-reward": "the advocate's own reward coupon, used by a friend: `coupon_is_reward`, all_lost",
    "coupon-public": "`coupon_public` recognizes nobody; the earlier click does",
    "coupon-already-used": "a single-use coupon: the first friend is recognized, the second `coupon_already_used`",
    "coupon-other-program": "a family coupon on an account opening: `other_program`, all_lost",
    "coupon-unknown": "nobody knows the code: coupon_unknown",
    "self-referral": "a member opens an account with their own code: `self_referral`, all_lost",
    "joint-self": "the advocate is the joint owner of the account: `self_referral`, all_lost",
    "test-click": "a click of the test container on a production opening: `test_record`, all_lost",
    "second-product": "recognized through the relationship, eligible; the friend is rewarded once",
    "relationship-holds": "a click on another's link before the second product: `relationship_holds`",
    "relationship-replaced": "another advocate's code used on the second product replaces the relationship; no "
    "relationship recognizes it, so the earlier journey makes an existing customer",
    # time
    "night-of-25-hours": "click at 01:50 before, certificate at 01:10 after the clocks went back: the click counts",
    "share-same-day": "a date-only opening on the day of the share and click counts as the day's last second",
    "late-share-file": "the share of an opening of 1 November arrives on the 6th: recognized from then on",
    # eligibility
    "existing-member": "on every member list: recognized, not eligible (`existing_customer`)",
    "recent-customer": "customer for 39 days: `recent_customer`",
    "employee-friend": "`employee`",
    "blocked-advocate": "`blocked`",
    "advocate-not-eligible": "`advocate_not_eligible`",
    "advocate-newer-than-friend": "`advocate_newer_than_friend`",
    "loop": "A brought B, then B brings A: the later is `loop`",
    "outside-program": "five days before the program began: recognized, `outside_program`",
    "test-container": "a test row: recognized, `test_record`, in no report and no payout",
    "next-day-member-list": "on the member list of the night after the opening: stays recognized and eligible",
    "opted-out-friend": "an opt-out from mail takes no reward away: recognized and eligible",
    "branch-employee-as-recorder": "RECORDED_BY is an employee, and neither the friend nor the advocate; eligible",
    "advocate-enrolled-after-share": "enrolled two days after sharing, on the list by the opening: eligible",
    # persons and journeys
    "spouses-one-email": "two members with one email are two persons; a share to that email recognizes each",
    "spouse-as-advocate": "the advocate is the friend's spouse with the same email: no self-referral, eligible",
    "joint-account": "two owners, one journey, one reward each for advocate and friend",
    "placeholder-member": "two openings with member id 0 are two persons; one is recognized, one not",
    "no-identifier": "an account number alone: no_identifier",
    "placeholder-only": "member id 0 and noreply@example.com: placeholder_only",
    "no-evidence": "no_evidence",
    "qualified-account-only": "the qualified row has nothing but the account: it joins the opening's journey",
    "qualified-before-opened": "qualified on 2 November at 10:00, opened on the same date without a time, and the "
    "opening arrives two nights later: the opening is the root",
    # rewards
    "two-equal-deposits": "two deposits of 250.00 at the same second are two: together 500.00 for the friend's sum, "
    "but no single 500.00 for the advocate",
    "sixth-of-the-year": "five rewards for the advocate, the sixth fails; the sixth friend still gets the bonus",
    "expires-unqualified": "deposited but never qualified: expires when 1 November, the 90th day, has passed",
    "deposit-one-cent-short": "499.99 within the 60 days: expired, gap 0.01",
    "amount-below-condition": "qualified with 99.99: failed",
    "nomination-approved": "to = actor: approved by a person on 4 November, issued",
    "nomination-unapproved": "past its pending days, but nobody approved it: pending",
    "nomination-twice": "two nominations by one member are two rewards",
    # intake
    "ragged-row": "a comma too many: the record is refused",
    "bad-date": "31 November: refused",
    "amount-25-005": "25.005 is not rounded but refused",
    "unknown-event-name": "freind_registered: refused",
    "duplicate": "the same record in two nights: counted once",
    "conflict": "one id, two amounts: neither version counts",
    "correction": "the corrected email leads to the click: recognized",
    "cancellation": "the cancelled opening has no journey and no recognition",
    "resent-file": "the same bytes under another name: a duplicate file",
    "cumulative-balances": "the same account in seven cumulative files with new balances: one event",
}
