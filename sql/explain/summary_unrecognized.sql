-- Rewardable events without a recognition, by reason.
-- Grain: reason.
SELECT
    reason_code,
    COUNT(*) AS events
FROM unrecognized_events
GROUP BY reason_code
ORDER BY COUNT(*) DESC, reason_code ASC
