-- What each quality rule found about a journey, and its verdict; the worst first.
-- Grain: program x rule.
SELECT
    program,
    rule,
    observed,
    comparison,
    threshold,
    within_days,
    verdict
FROM recognition_quality
WHERE journey_id = $journey_id
ORDER BY
    program,
    CASE verdict WHEN 'rejected' THEN 0 WHEN 'review' THEN 1 ELSE 2 END,
    rule
