-- Recognized events that the terms do not reward, by reason, most frequent first.
-- Grain: reason.
SELECT
    reason_code,
    CAST(SUM(events) AS BIGINT) AS events
FROM report_ineligible
GROUP BY reason_code
ORDER BY SUM(events) DESC, reason_code ASC
