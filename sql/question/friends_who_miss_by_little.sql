-- Which friends miss a reward by little, and until when can they still reach it? Something was observed already; the gap is what
-- is missing to the threshold: money of a deposit, or a number of events.
-- Grain: journey x rule x role x condition.
SELECT
    journey_id,
    rule_id,
    role,
    condition,
    observed,
    threshold,
    gap,
    deadline_on
FROM report_near_misses
WHERE status = 'waiting' AND gap <> '' AND observed NOT IN ('', '0', '0.00')
ORDER BY CAST(gap AS DECIMAL(18, 4)), deadline_on NULLS LAST, journey_id, rule_id, role, condition
LIMIT 10
