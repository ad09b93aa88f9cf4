-- The approved rewards that may not be paid now: of advocates who are not eligible today, in programs that judge them when
-- they are paid; those that wait for a person's review; and those of which the payer says that it paid them after all.
-- Grain: reward_id x finding.
-- Why here: with `at = "payout"` the recognition says nothing about the advocate's list; it is read on the as-of date,
-- and a reward waits as long as its advocate is not listed, is not enrolled any more, or left. A payment that failed and
-- is to be made again would be made twice if the first one came through late.
WITH judged_rewards AS (
    SELECT
        s.reward_id,
        s.beneficiary_id
    FROM posted_slots AS s
    INNER JOIN rule_terms AS t ON s.rule_version = t.rule_version
    INNER JOIN config_programs AS p ON t.program = p.program AND p.advocates_at = 'payout'
    WHERE s.role = 'advocate' AND s.is_live
),

listed_rewards AS (
    SELECT DISTINCT j.reward_id
    FROM judged_rewards AS j
    INNER JOIN memberships AS m
        ON
            j.beneficiary_id = m.person_id
            AND m.purpose = 'eligible_advocates'
            AND m.from_on <= $as_of
            AND (m.until_on IS NULL OR m.until_on > $as_of)
),

enrollments AS (
    SELECT
        j.reward_id,
        BOOL_OR(
            (a.enrolled_on IS NULL OR a.enrolled_on <= $as_of)
            AND (a.left_on IS NULL OR a.left_on > $as_of)
        ) AS is_enrolled
    FROM judged_rewards AS j
    INNER JOIN advocates AS a ON j.beneficiary_id = a.advocate_id
    GROUP BY j.reward_id
),

late_payments AS (
    SELECT DISTINCT a.reward_id
    FROM reward_answers AS a
    INNER JOIN rewards AS r ON a.reward_id = r.reward_id AND r.state = 'approved'
    INNER JOIN reward_entries AS f
        ON a.reward_id = f.reward_id AND f.entry_kind = 'failed' AND a.reported_on >= f.effective_on
    WHERE
        a.status IN ('fulfilled', 'redeemed')
        AND NOT EXISTS (
            SELECT 1
            FROM reward_entries AS e
            WHERE a.reward_id = e.reward_id AND a.caused_by = e.caused_by
        )
)

SELECT
    j.reward_id,
    'payout_advocate_not_eligible' AS finding
FROM judged_rewards AS j
LEFT JOIN listed_rewards AS l ON j.reward_id = l.reward_id
LEFT JOIN enrollments AS e ON j.reward_id = e.reward_id
LEFT JOIN unreviewed_rewards AS u ON j.reward_id = u.reward_id
WHERE u.reward_id IS NULL AND (l.reward_id IS NULL OR NOT COALESCE(e.is_enrolled, TRUE))
UNION ALL
SELECT
    u.reward_id,
    'payout_in_review' AS finding
FROM unreviewed_rewards AS u
UNION ALL
SELECT
    l.reward_id,
    'payout_answered_as_paid' AS finding
FROM late_payments AS l
