-- The ledger entries of a journey's rewards, each with the record that caused it.
-- Grain: ledger entry.
-- Why joined on text: `caused_by` names an event, a fulfillment, a payout file, or the end of the pending period.
WITH entries AS (
    SELECT
        e.sequence,
        e.reward_id,
        e.entry_kind,
        e.program,
        e.rule_id,
        e.role,
        e.beneficiary_id,
        e.amount_minor,
        e.currency,
        e.effective_on,
        e.caused_by,
        e.reason_code
    FROM reward_entries AS e
    INNER JOIN rewards AS r ON e.reward_id = r.reward_id
    WHERE r.journey_id = $journey_id
),

causes AS (
    SELECT DISTINCT caused_by
    FROM entries
),

records AS (
    SELECT c.caused_by, e.file_id, e.record_number
    FROM causes AS c
    INNER JOIN events AS e ON c.caused_by = CONCAT('event:', CAST(e.event_id AS VARCHAR))
    UNION ALL
    SELECT c.caused_by, p.file_id, p.record_number
    FROM causes AS c
    INNER JOIN fulfillments AS p ON c.caused_by = CONCAT('fulfillment:', CAST(p.fulfillment_id AS VARCHAR))
)

SELECT
    'reward' AS what,
    e.sequence,
    e.reward_id,
    e.entry_kind,
    e.effective_on AS happened_on,
    e.program,
    e.rule_id,
    e.role,
    e.beneficiary_id,
    e.amount_minor,
    e.currency,
    e.caused_by,
    e.reason_code,
    f.feed_id,
    r.file_id,
    r.record_number
FROM entries AS e
LEFT JOIN records AS r ON e.caused_by = r.caused_by
LEFT JOIN files AS f ON r.file_id = f.file_id
ORDER BY e.sequence
