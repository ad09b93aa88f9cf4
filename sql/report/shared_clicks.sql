-- Who clicked on whose shared links on which day, for which program; production only.
-- Grain: program x local day x clicker x advocate; the clicker is the person, else the visitor, else the click itself.
-- Why: clicks are joined to the shares once, here; days, weeks, months, the funnel and the advocates count from this. A
-- click that names no known share has the program and the advocate of its standing link: '(unknown)' where no share tells
-- the program, and no advocate where the link is several persons' or nobody's. days_since_share is that of the click
-- which came soonest after its share.
WITH clicked_links AS (
    SELECT DISTINCT shareable_key
    FROM clicks
    WHERE shareable_key IS NOT NULL AND container = 'production'
),

link_owners AS (
    SELECT
        s.shareable_key,
        s.program,
        s.advocate_id
    FROM shares AS s
    INNER JOIN clicked_links AS l ON s.shareable_key = l.shareable_key
    UNION ALL
    SELECT
        a.shareable_key,
        CAST(NULL AS VARCHAR) AS program,
        a.advocate_id
    FROM advocates AS a
    INNER JOIN clicked_links AS l ON a.shareable_key = l.shareable_key
),

links AS (
    SELECT
        shareable_key,
        MIN(program) AS program,
        CASE WHEN MIN(advocate_id) = MAX(advocate_id) THEN MIN(advocate_id) END AS advocate_id
    FROM link_owners
    GROUP BY shareable_key
)

SELECT
    COALESCE(s.program, l.program, '(unknown)') AS program,
    c.clicked_on,
    COALESCE(c.person_id, c.visitor_key, c.click_key) AS clicker_id,
    COALESCE(s.advocate_id, l.advocate_id) AS advocate_id,
    COUNT(*) AS clicks,
    MIN(CASE WHEN c.clicked_on >= s.shared_on THEN c.clicked_on - s.shared_on END) AS days_since_share
FROM clicks AS c
LEFT JOIN shares AS s ON c.share_key = s.share_key
LEFT JOIN links AS l ON c.shareable_key = l.shareable_key
WHERE c.container = 'production'
GROUP BY
    COALESCE(s.program, l.program, '(unknown)'),
    c.clicked_on,
    COALESCE(c.person_id, c.visitor_key, c.click_key),
    COALESCE(s.advocate_id, l.advocate_id)
