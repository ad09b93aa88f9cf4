-- What each reward rule says about a journey, condition by condition.
-- Grain: rule x role x event x condition.
SELECT
    d.rule_id,
    d.role,
    d.event_id,
    d.status,
    d.condition,
    d.observed,
    d.threshold,
    d.gap,
    d.deadline_on,
    d.outcome,
    d.reason_code
FROM reward_decisions AS d
WHERE d.journey_id = $journey_id
ORDER BY
    d.rule_id ASC,
    d.role ASC,
    d.event_id ASC NULLS FIRST,
    d.rule_version ASC,
    CASE d.condition
        WHEN 'recognized' THEN 0
        WHEN 'eligible' THEN 1
        WHEN 'trigger' THEN 2
        WHEN 'when' THEN 3
        WHEN 'once_per' THEN 5
        WHEN 'released' THEN 7
        ELSE CASE WHEN d.condition LIKE 'require%' THEN 4 ELSE 6 END
    END ASC,
    d.condition ASC
