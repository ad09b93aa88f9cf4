-- The key figures of each program: the last thirteen weeks and the last twelve months in which anything happened.
-- Grain: program x period (week, month) x first day of the period; of programs in which anything happened in it.
-- Why not added up over programs: persons are counted in each, and a sum of rates means nothing.
WITH ranked_periods AS (
    SELECT
        period,
        starts_on,
        ROW_NUMBER() OVER (PARTITION BY period ORDER BY starts_on DESC) AS place
    FROM report_key_figures
    WHERE period <> 'day'
    GROUP BY period, starts_on
)

SELECT
    k.program,
    k.period,
    k.starts_on,
    k.is_complete,
    k.shares,
    k.sharing_advocates,
    k.clickers,
    k.conversions,
    k.new_customers,
    k.revenue_minor,
    k.paid_minor,
    k.currency,
    k.conversion_rate_bps,
    k.referral_rate_bps,
    k.referred_revenue_share_bps,
    k.purchase_frequency_hundredths,
    k.participation_rate_bps,
    k.acquisition_rate_bps,
    k.advocacy_rate_bps,
    k.share_through_rate_bps,
    k.signup_rate_bps,
    k.return_rate_bps,
    k.acquisition_cost_minor
FROM report_key_figures AS k
INNER JOIN ranked_periods AS r ON k.period = r.period AND k.starts_on = r.starts_on
WHERE
    r.place <= CASE WHEN k.period = 'week' THEN 13 ELSE 12 END
    AND k.shares + k.clickers + k.judged_journeys > 0
ORDER BY k.period ASC, k.starts_on DESC, k.program ASC
