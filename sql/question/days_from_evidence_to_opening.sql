-- How many days pass between the advocate's evidence and the friend's event? Read it before you shorten a look-back: what lies
-- in the last row would be lost by a look-back of 30 days.
-- Grain: span of days.
WITH ages AS (
    SELECT CAST(occurred_at AS DATE) - CAST(evidence_at AS DATE) AS days
    FROM recognitions
    WHERE container = 'production' AND event_id = root_event_id AND evidence_at IS NOT NULL
)

SELECT
    CASE
        WHEN days <= 0 THEN '1: same day'
        WHEN days <= 7 THEN '2: 1 to 7 days'
        WHEN days <= 30 THEN '3: 8 to 30 days'
        ELSE '4: more than 30 days'
    END AS span,
    COUNT(*) AS journeys
FROM ages
GROUP BY 1
ORDER BY span
