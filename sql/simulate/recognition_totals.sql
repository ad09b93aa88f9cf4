-- How many recognitions each program has now and would have then, and what becomes of them.
-- Grain: program.
-- Why distinct: several events of one journey share a decision, and a friend can have several journeys.
SELECT
    program,
    CAST(SUM(CASE WHEN now_recognition_type IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS now_count,
    CAST(SUM(CASE WHEN then_recognition_type IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS then_count,
    CAST(SUM(CASE WHEN now_eligible THEN 1 ELSE 0 END) AS BIGINT) AS now_eligible_count,
    CAST(SUM(CASE WHEN then_eligible THEN 1 ELSE 0 END) AS BIGINT) AS then_eligible_count,
    CAST(SUM(CASE WHEN change = 'gained' THEN 1 ELSE 0 END) AS BIGINT) AS gained,
    CAST(SUM(CASE WHEN change = 'lost' THEN 1 ELSE 0 END) AS BIGINT) AS lost,
    CAST(SUM(CASE WHEN change = 'changed_advocate' THEN 1 ELSE 0 END) AS BIGINT) AS changed_advocate,
    CAST(SUM(CASE WHEN change = 'changed_eligibility' THEN 1 ELSE 0 END) AS BIGINT) AS changed_eligibility,
    CAST(SUM(CASE WHEN change = 'changed_ground' THEN 1 ELSE 0 END) AS BIGINT) AS changed_ground,
    COUNT(DISTINCT CASE WHEN change <> 'same' THEN journey_id END) AS changed_journeys,
    COUNT(DISTINCT CASE WHEN change <> 'same' THEN friend_id END) AS changed_friends
FROM decision_changes
GROUP BY program
ORDER BY program
