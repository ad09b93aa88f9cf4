-- Entries that take effect before the reward was earned, approvals before the release day, and postings that went back.
-- Grain: entry; no rows when the check holds.
WITH posted_entries AS (
    SELECT
        entry_id,
        entry_kind,
        earned_on,
        release_on,
        effective_on,
        posted_as_of,
        LAG(posted_as_of) OVER (ORDER BY sequence) AS previous_as_of
    FROM reward_entries
)

SELECT
    entry_id,
    entry_kind,
    effective_on,
    posted_as_of
FROM posted_entries
WHERE
    effective_on < earned_on
    OR (entry_kind = 'approved' AND effective_on < release_on)
    OR posted_as_of < previous_as_of
