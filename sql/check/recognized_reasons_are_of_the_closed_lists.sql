-- Recognition rows without a reason where one is due, or with a reason that the closed lists do not hold.
-- Grain: row; no rows when the check holds.
SELECT 'recognition_candidates' AS table_name, event_id, program, reason_code
FROM recognition_candidates
WHERE
    (outcome = 'won' AND reason_code IS NOT NULL)
    OR (
        outcome = 'lost'
        AND COALESCE(reason_code, 'none') NOT IN (
            'lower_tier', 'older', 'newer', 'opened_before_share', 'out_of_look_back', 'coupon_expired',
            'coupon_not_yet_valid', 'coupon_revoked', 'coupon_is_reward', 'coupon_public', 'coupon_already_used',
            'other_program', 'self_referral', 'test_record', 'relationship_holds'
        )
    )
UNION ALL
SELECT 'unrecognized_events', event_id, program, reason_code
FROM unrecognized_events
WHERE
    COALESCE(reason_code, 'none') NOT IN (
        'no_identifier', 'placeholder_only', 'no_evidence', 'all_lost', 'coupon_unknown', 'conflict'
    )
UNION ALL
SELECT 'recognitions', event_id, program, ineligible_reason
FROM recognitions
WHERE
    eligible IS NULL
    OR (eligible AND ineligible_reason IS NOT NULL)
    OR (NOT eligible AND ineligible_reason IS NULL)
    OR (container = 'test' AND eligible)
