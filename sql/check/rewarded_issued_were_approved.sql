-- Entries that came before what must precede them: approved before earned, issued before approved, answered or clawed
-- back before issued, within one generation of a reward.
-- Grain: entry; no rows when the check holds.
WITH first_entries AS (
    SELECT
        reward_id,
        generation,
        MIN(CASE WHEN entry_kind = 'earned' THEN sequence END) AS earned_at,
        MIN(CASE WHEN entry_kind = 'approved' THEN sequence END) AS approved_at,
        MIN(CASE WHEN entry_kind = 'issued' THEN sequence END) AS issued_at
    FROM reward_entries
    GROUP BY reward_id, generation
)

SELECT
    e.entry_id,
    e.reward_id,
    e.entry_kind
FROM reward_entries AS e
INNER JOIN first_entries AS f ON e.reward_id = f.reward_id AND e.generation = f.generation
WHERE
    (e.entry_kind <> 'earned' AND COALESCE(f.earned_at >= e.sequence, TRUE))
    OR (e.entry_kind = 'issued' AND COALESCE(f.approved_at >= e.sequence, TRUE))
    OR (
        e.entry_kind IN ('fulfilled', 'failed', 'redeemed', 'expired', 'clawed_back')
        AND COALESCE(f.issued_at >= e.sequence, TRUE)
    )
