-- How often and when a person shared, by program; nothing of what others did with it.
-- Grain: program.
SELECT
    program,
    COUNT(*) AS share_count,
    MIN(shared_on) AS first_on,
    MAX(shared_on) AS last_on
FROM shares
WHERE advocate_id = $person_id AND container = 'production'
GROUP BY program
ORDER BY program NULLS FIRST
