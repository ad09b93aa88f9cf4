-- What each reward rule says about a journey, condition by condition, and the record of the event that triggers it.
-- Grain: rule x role x event x condition.
SELECT
    r.program,
    d.rule_id,
    d.rule_version,
    d.role,
    d.event_id,
    f.feed_id,
    e.file_id,
    e.record_number,
    d.status,
    d.condition,
    d.observed,
    d.threshold,
    d.gap,
    d.deadline_on,
    CASE WHEN d.status = 'waiting' AND d.outcome = 'open' THEN d.deadline_on - CAST($as_of AS DATE) END AS days_left,
    d.outcome,
    d.reason_code
FROM reward_decisions AS d
LEFT JOIN reward_rules AS r ON d.rule_id = r.rule_id AND d.rule_version = r.rule_version
LEFT JOIN events AS e ON d.event_id = e.event_id
LEFT JOIN files AS f ON e.file_id = f.file_id
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
