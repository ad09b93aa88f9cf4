-- A program's key figures by day.
-- Grain: program x local day; production only.
-- recognition_rate_bps = conversions / judged_journeys; conversion_rate_bps = conversions / clickers of the day;
-- purchase_frequency_hundredths = journeys to date / friends to date; empty where the denominator is zero.
SELECT
    r.program,
    r.day_on,
    r.shares,
    r.sharing_advocates,
    r.clicks,
    r.clickers,
    r.judged_journeys,
    r.conversions,
    r.recognized_events,
    r.new_customers,
    r.revenue_minor,
    CAST(
        CAST(r.revenue_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS revenue,
    r.currency,
    r.other_currency_events,
    r.recognition_rate_bps,
    r.conversion_rate_bps,
    r.purchase_frequency_hundredths
FROM report_program_days AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
