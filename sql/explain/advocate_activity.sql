-- What a person did as an advocate, by program.
-- Grain: program.
-- Why counted before joining: shares, clicks and recipients multiply each other.
WITH shared AS (
    SELECT
        program,
        COUNT(*) AS share_count,
        MIN(shared_on) AS first_on,
        MAX(shared_on) AS last_on
    FROM shares
    WHERE advocate_id = $person_id
    GROUP BY program
),

clicked AS (
    SELECT
        program,
        COUNT(*) AS click_count
    FROM clicks
    WHERE advocate_id = $person_id
    GROUP BY program
),

sent AS (
    SELECT
        program,
        COUNT(*) AS recipient_count
    FROM emails
    WHERE advocate_id = $person_id
    GROUP BY program
)

SELECT
    s.program,
    s.share_count,
    COALESCE(c.click_count, 0) AS click_count,
    COALESCE(m.recipient_count, 0) AS recipient_count,
    s.first_on,
    s.last_on
FROM shared AS s
LEFT JOIN clicked AS c ON s.program IS NOT DISTINCT FROM c.program
LEFT JOIN sent AS m ON s.program IS NOT DISTINCT FROM m.program
ORDER BY s.program
