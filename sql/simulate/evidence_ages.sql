-- How old clicks and messages were where the advocate is certain: what half, 90% and 99% of them were at most.
-- Grain: program × recognition_type (of grounds that lie before the event).
-- Why: a coupon, code or link that was used on the event leaves no doubt about the advocate, so the age of the same
-- advocate's earlier evidence tells how long friends take. A look-back that is much longer lets in what moved nobody.
WITH certain_roots AS (
    SELECT c.event_id, c.program, c.advocate_id, e.occurred_on AS root_on
    FROM recognition_candidates AS c
    INNER JOIN events AS e ON c.event_id = e.event_id
    WHERE
        c.outcome = 'won' AND c.on_event
        AND c.recognition_type IN ('COUPON_CODE', 'ADVOCATE_CODE', 'SHARE_ID', 'SHAREABLE_ID', 'PARTNER_SHARE_ID')
        AND e.container <> 'test'
),

ages AS (
    SELECT
        r.program, c.recognition_type,
        CAST(r.root_on - c.evidence_on AS BIGINT) AS age_days
    FROM certain_roots AS r
    INNER JOIN recognition_candidates AS c
        ON r.event_id = c.event_id AND r.program = c.program AND r.advocate_id = c.advocate_id
    WHERE NOT c.on_event AND c.evidence_on <= r.root_on
),

ranked_ages AS (
    SELECT
        a.program, a.recognition_type, a.age_days,
        ROW_NUMBER() OVER (PARTITION BY a.program, a.recognition_type ORDER BY a.age_days) AS place,
        COUNT(*) OVER (PARTITION BY a.program, a.recognition_type) AS certain_count
    FROM ages AS a
)

SELECT
    a.program,
    a.recognition_type,
    FALSE AS on_event,
    g.look_back_days,
    a.certain_count,
    MIN(CASE WHEN a.place * 2 >= a.certain_count THEN a.age_days END) AS half_days,
    MIN(CASE WHEN a.place * 10 >= a.certain_count * 9 THEN a.age_days END) AS most_days,
    MIN(CASE WHEN a.place * 100 >= a.certain_count * 99 THEN a.age_days END) AS nearly_all_days
FROM ranked_ages AS a
INNER JOIN config_grounds AS g
    ON a.program = g.program AND a.recognition_type = g.recognition_type AND NOT g.on_event
GROUP BY a.program, a.recognition_type, g.look_back_days, a.certain_count
ORDER BY a.program, a.recognition_type
