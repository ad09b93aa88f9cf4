-- The answers to payout lines, each with the line that it answers and whether the ledger followed it.
-- Grain: fulfillment_id.
-- Why: an answer to a reward that is unknown or was not issued changes nothing, and must be seen. Of several payouts of
-- one reward (paid again after a failure) the last one before the answer is meant; an answer that was there when the
-- reward was paid again is about an earlier one. told_minor is what the answer says was paid, if it says so.
WITH numbered_lines AS (
    SELECT
        payout_id,
        payout_number,
        reward_id,
        amount_minor,
        currency,
        issued_on,
        ROW_NUMBER() OVER (PARTITION BY reward_id ORDER BY payout_number) AS line_place
    FROM payouts
),

ranked_lines AS (
    SELECT
        a.fulfillment_id,
        p.payout_id,
        p.amount_minor,
        p.currency,
        p.issued_on,
        ROW_NUMBER() OVER (PARTITION BY a.fulfillment_id ORDER BY p.issued_on DESC, p.payout_number DESC) AS line_rank
    FROM reward_answers AS a
    INNER JOIN numbered_lines AS p
        ON
            a.reward_id = p.reward_id
            AND p.issued_on <= a.reported_on
            AND (p.line_place = 1 OR p.issued_on < a.received_on)
),

followed_answers AS (
    SELECT DISTINCT caused_by
    FROM reward_entries
    WHERE caused_by LIKE 'fulfillment:%'
)

SELECT
    a.fulfillment_id,
    l.payout_id,
    a.reward_id,
    l.amount_minor,
    l.currency,
    a.amount_minor AS told_minor,
    a.currency AS told_currency,
    l.issued_on,
    a.status,
    a.reported_on,
    a.reason_code,
    CASE
        WHEN f.caused_by IS NOT NULL THEN 'applied'
        WHEN r.reward_id IS NULL THEN 'unknown_reward'
        WHEN l.payout_id IS NULL THEN 'not_issued'
        ELSE 'superseded'
    END AS outcome,
    a.file_id,
    a.record_number
FROM reward_answers AS a
LEFT JOIN ranked_lines AS l ON a.fulfillment_id = l.fulfillment_id AND l.line_rank = 1
LEFT JOIN followed_answers AS f ON a.caused_by = f.caused_by
LEFT JOIN rewards AS r ON a.reward_id = r.reward_id
