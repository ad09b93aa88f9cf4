-- Who clicked on shared links on which day, for which program; production only.
-- Grain: program x local day x clicker: the person, else the visitor, else the click itself.
-- Why: clicks are joined to the shares once, here; days, weeks, months and the funnel count from this. A click that names
-- no known share has the program of its standing link, else '(unknown)'. days_since_share is that of the day's click
-- which came soonest after its share.
WITH clicked_links AS (
    SELECT DISTINCT shareable_key
    FROM clicks
    WHERE shareable_key IS NOT NULL AND container = 'production'
),

link_programs AS (
    SELECT
        s.shareable_key,
        MIN(s.program) AS program
    FROM shares AS s
    INNER JOIN clicked_links AS l ON s.shareable_key = l.shareable_key
    GROUP BY s.shareable_key
)

SELECT
    COALESCE(s.program, l.program, '(unknown)') AS program,
    c.clicked_on,
    COALESCE(c.person_id, c.visitor_key, c.click_key) AS clicker_id,
    COUNT(*) AS clicks,
    MIN(CASE WHEN c.clicked_on >= s.shared_on THEN c.clicked_on - s.shared_on END) AS days_since_share
FROM clicks AS c
LEFT JOIN shares AS s ON c.share_key = s.share_key
LEFT JOIN link_programs AS l ON c.shareable_key = l.shareable_key
WHERE c.container = 'production'
GROUP BY
    COALESCE(s.program, l.program, '(unknown)'), c.clicked_on, COALESCE(c.person_id, c.visitor_key, c.click_key)
