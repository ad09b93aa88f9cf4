-- Journeys by the day of their root, recognized and not, over all programs.
-- Grain: day.
SELECT
    day_on,
    CAST(SUM(conversions) AS BIGINT) AS recognized,
    CAST(SUM(judged_journeys - conversions) AS BIGINT) AS unrecognized
FROM report_program_days
WHERE judged_journeys > 0
GROUP BY day_on
ORDER BY day_on ASC
