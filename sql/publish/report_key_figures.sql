-- A program's key figures by day, week and month, each rate with what it is made of beside it.
-- Grain: program x period (day, week, month) x first day of the period, of periods in which anything happened.
-- Persons are counted anew for each period: figures must not be added up over periods or programs. Rates are empty where the
-- denominator is zero; the formulas stand in report_definitions. Money is in the workspace's currency.
SELECT
    r.program,
    r.period,
    r.starts_on,
    r.ends_on,
    r.is_complete,
    r.shares,
    r.sharing_advocates,
    r.clicks,
    r.clickers,
    r.signups,
    r.judged_journeys,
    r.conversions,
    r.converters,
    r.successful_advocates,
    r.returned,
    r.new_customers,
    r.members,
    r.revenue_minor,
    CAST(
        CAST(r.revenue_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS revenue,
    r.total_revenue_minor,
    CAST(
        CAST(r.total_revenue_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS total_revenue,
    r.paid_minor,
    CAST(
        CAST(r.paid_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS paid_amount,
    r.currency,
    r.other_currency_events,
    r.conversion_rate_bps,
    r.referral_rate_bps,
    r.referred_revenue_share_bps,
    r.purchase_frequency_hundredths,
    r.participation_rate_bps,
    r.acquisition_rate_bps,
    r.advocacy_rate_bps,
    r.share_through_rate_bps,
    r.signup_rate_bps,
    r.return_rate_bps,
    r.acquisition_cost_minor,
    CAST(
        CAST(r.acquisition_cost_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS acquisition_cost
FROM report_key_figures AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
