-- How often the condition of each rule version and requirement was judged, and how often it held.
-- Grain: rule_version x position; position 0 is the trigger's.
SELECT
    rule_version,
    position,
    COUNT(*) AS events,
    COUNT(CASE WHEN passed THEN event_id END) AS held
FROM condition_results
GROUP BY rule_version, position
