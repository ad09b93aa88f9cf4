-- Entries whose amount is not what their kind says: a reversal that does not negate the grant that it names, names none
-- or one that another reversal names; a grant that is negative or reverses something; any other kind with an amount.
-- Grain: entry; no rows when the check holds.
WITH named_grants AS (
    SELECT
        e.entry_id,
        e.entry_kind,
        e.amount_minor,
        e.reverses_entry_id,
        e.entry_kind IN ('declined', 'voided', 'clawed_back', 'expired') AS is_reversal,
        COUNT(*) OVER (PARTITION BY e.reverses_entry_id) AS reversals,
        g.entry_id AS grant_id,
        g.amount_minor AS granted_minor
    FROM reward_entries AS e
    LEFT JOIN reward_entries AS g
        ON
            e.reverses_entry_id = g.entry_id
            AND g.entry_kind = 'earned'
            AND e.reward_id = g.reward_id
            AND e.generation = g.generation
            AND e.currency = g.currency
            AND e.sequence > g.sequence
)

SELECT
    entry_id,
    entry_kind,
    amount_minor,
    granted_minor
FROM named_grants
WHERE
    (is_reversal AND (grant_id IS NULL OR amount_minor <> -granted_minor OR reversals > 1))
    OR (NOT is_reversal AND reverses_entry_id IS NOT NULL)
    OR (entry_kind = 'earned' AND amount_minor < 0)
    OR (NOT is_reversal AND entry_kind <> 'earned' AND amount_minor <> 0)
