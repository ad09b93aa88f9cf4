-- Ledger entries whose number is not one more than that of the entry before, or whose id stands twice.
-- Grain: entry; no rows when the check holds.
WITH numbered_entries AS (
    SELECT
        entry_id,
        sequence,
        ROW_NUMBER() OVER (ORDER BY sequence, entry_id) AS expected_sequence,
        COUNT(*) OVER (PARTITION BY entry_id) AS copies
    FROM reward_entries
)

SELECT
    entry_id,
    sequence,
    expected_sequence,
    copies
FROM numbered_entries
WHERE sequence IS NULL OR sequence <> expected_sequence OR copies > 1
