-- The last entry of the ledger, and the latest day of which anything was posted.
-- Grain: the ledger; no row while it is empty.
WITH latest AS (
    SELECT
        MAX(sequence) AS sequence,
        MAX(posted_as_of) AS posted_as_of
    FROM reward_entries
)

SELECT
    e.sequence,
    e.chain_hash,
    l.posted_as_of
FROM reward_entries AS e
INNER JOIN latest AS l ON e.sequence = l.sequence
