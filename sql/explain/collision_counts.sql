-- How many identifiers would have joined different persons, by why they did not.
-- Grain: reason.
SELECT
    reason_code,
    COUNT(*) AS identifiers
FROM identity_collisions
GROUP BY reason_code
ORDER BY reason_code
