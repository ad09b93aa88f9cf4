-- Each program's totals.
-- Grain: program.
WITH latest AS (
    SELECT
        program,
        MAX(day_on) AS day_on
    FROM report_program_days
    WHERE purchase_frequency_hundredths IS NOT NULL
    GROUP BY program
),

frequencies AS (
    SELECT
        d.program,
        d.purchase_frequency_hundredths
    FROM report_program_days AS d
    INNER JOIN latest AS l ON d.program = l.program AND d.day_on = l.day_on
)

SELECT
    d.program,
    d.currency,
    f.purchase_frequency_hundredths,
    CAST(SUM(d.shares) AS BIGINT) AS shares,
    CAST(SUM(d.clicks) AS BIGINT) AS clicks,
    CAST(SUM(d.judged_journeys) AS BIGINT) AS judged_journeys,
    CAST(SUM(d.conversions) AS BIGINT) AS recognized_journeys,
    CAST(SUM(d.new_customers) AS BIGINT) AS new_customers,
    CAST(SUM(d.revenue_minor) AS BIGINT) AS revenue_minor
FROM report_program_days AS d
LEFT JOIN frequencies AS f ON d.program = f.program
GROUP BY d.program, d.currency, f.purchase_frequency_hundredths
ORDER BY d.program ASC
