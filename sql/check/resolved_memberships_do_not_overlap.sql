-- Memberships of one person and purpose that end before they begin or reach into the next one.
-- Grain: person_id x purpose x from_on; no rows when the check holds.
WITH ordered_memberships AS (
    SELECT
        person_id,
        purpose,
        from_on,
        until_on,
        LEAD(from_on) OVER (PARTITION BY person_id, purpose ORDER BY from_on) AS next_from_on
    FROM memberships
)

SELECT
    person_id,
    purpose,
    from_on
FROM ordered_memberships
WHERE
    until_on <= from_on
    OR next_from_on <= from_on
    OR (next_from_on IS NOT NULL AND until_on IS NULL)
    OR next_from_on < until_on
