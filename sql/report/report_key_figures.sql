-- A program's key figures by day, week and month, each rate with what it is made of beside it.
-- Grain: program x period (day, week, month) x first day of the period, of periods in which anything happened.
-- Counts: shares, clicks; sharing_advocates, clickers, converters, successful_advocates = distinct persons of the period;
-- signups = friends' first steps before the lowest rewardable stage (empty where the program has none); judged_journeys,
-- conversions = journeys begun, and those of them recognized; returned = conversions that a negative event ended to date
-- (empty without such events in the catalog); new_customers; members = customers, enrolled advocates and owners of
-- journeys by the period's end. Money in the workspace's currency: revenue_minor = recognized events, total_revenue_minor
-- = all judged events, paid_minor = rewards paid less what came back.
-- Rates: conversion = conversions / clickers; referral = conversions / judged_journeys; referred revenue share = revenue /
-- total revenue; purchase frequency = conversions / converters; participation = sharing_advocates / members;
-- acquisition = converters / sharing_advocates; advocacy = successful_advocates / sharing_advocates; share-through =
-- clickers / sharing_advocates; signup = signups / clickers; return = returned / conversions; acquisition cost =
-- paid_minor / new_customers. Empty where the denominator is zero; cut, not rounded. A rate may be above 10,000 where what it
-- counts may come in a later period than what it is divided by. Must not: be added up over periods or programs.
WITH period_counts AS (
    SELECT
        program, 'day' AS period, day_on AS starts_on, day_on, shares, clicks, signups, judged_journeys, conversions,
        new_customers, returned, revenue_minor, total_revenue_minor, other_currency_events, paid_minor
    FROM key_figure_days
    UNION ALL
    SELECT
        program, 'week' AS period, CAST(DATE_TRUNC('week', day_on) AS DATE) AS starts_on, day_on, shares, clicks,
        signups, judged_journeys, conversions, new_customers, returned, revenue_minor, total_revenue_minor,
        other_currency_events, paid_minor
    FROM key_figure_days
    UNION ALL
    SELECT
        program, 'month' AS period, CAST(DATE_TRUNC('month', day_on) AS DATE) AS starts_on, day_on, shares, clicks,
        signups, judged_journeys, conversions, new_customers, returned, revenue_minor, total_revenue_minor,
        other_currency_events, paid_minor
    FROM key_figure_days
),

sums AS (
    SELECT
        program,
        period,
        starts_on,
        CASE
            WHEN period = 'day' THEN starts_on
            WHEN period = 'week' THEN starts_on + 6
            ELSE CAST(DATE_TRUNC('month', starts_on + 31) AS DATE) - 1
        END AS ends_on,
        CAST(SUM(shares) AS BIGINT) AS shares,
        CAST(SUM(clicks) AS BIGINT) AS clicks,
        CAST(SUM(signups) AS BIGINT) AS signups,
        CAST(SUM(judged_journeys) AS BIGINT) AS judged_journeys,
        CAST(SUM(conversions) AS BIGINT) AS conversions,
        CAST(SUM(new_customers) AS BIGINT) AS new_customers,
        CAST(SUM(returned) AS BIGINT) AS returned,
        CAST(SUM(revenue_minor) AS BIGINT) AS revenue_minor,
        CAST(SUM(total_revenue_minor) AS BIGINT) AS total_revenue_minor,
        CAST(SUM(other_currency_events) AS BIGINT) AS other_currency_events,
        CAST(SUM(paid_minor) AS BIGINT) AS paid_minor
    FROM period_counts
    GROUP BY program, period, starts_on
),

end_days AS (
    SELECT DISTINCT ends_on FROM sums
),

members_by_end AS (
    SELECT
        d.ends_on,
        CAST(SUM(m.members) AS BIGINT) AS members
    FROM end_days AS d
    INNER JOIN member_days AS m ON m.since_on <= d.ends_on
    GROUP BY d.ends_on
),

signing_programs AS (
    SELECT DISTINCT program FROM funnel_steps
    WHERE unit = 'friends' AND event_name <> '(clicked)'
),

negative_events AS (
    SELECT COUNT(*) AS events FROM config_events
    WHERE negative
),

figures AS (
    SELECT
        s.program, s.period, s.starts_on, s.ends_on, s.shares, s.clicks, s.judged_journeys, s.conversions,
        s.new_customers, s.revenue_minor, s.total_revenue_minor, s.other_currency_events, s.paid_minor,
        COALESCE(p.sharing_advocates, 0) AS sharing_advocates,
        COALESCE(p.clickers, 0) AS clickers,
        COALESCE(p.converters, 0) AS converters,
        COALESCE(p.successful_advocates, 0) AS successful_advocates,
        COALESCE(m.members, 0) AS members,
        CASE WHEN g.program IS NOT NULL THEN s.signups END AS signups,
        CASE WHEN n.events > 0 THEN s.returned END AS returned
    FROM sums AS s
    CROSS JOIN negative_events AS n
    LEFT JOIN key_figure_persons AS p
        ON s.program = p.program AND s.period = p.period AND s.starts_on = p.starts_on
    LEFT JOIN members_by_end AS m ON s.ends_on = m.ends_on
    LEFT JOIN signing_programs AS g ON s.program = g.program
)

SELECT
    program,
    period,
    starts_on,
    ends_on,
    (ends_on <= $as_of) AS is_complete,
    shares,
    sharing_advocates,
    clicks,
    clickers,
    signups,
    judged_journeys,
    conversions,
    converters,
    successful_advocates,
    returned,
    new_customers,
    members,
    revenue_minor,
    total_revenue_minor,
    paid_minor,
    CAST($currency AS VARCHAR) AS currency,
    other_currency_events,
    CASE WHEN clickers > 0 THEN CAST((10000 * conversions) // clickers AS BIGINT) END AS conversion_rate_bps,
    CASE WHEN judged_journeys > 0 THEN CAST((10000 * conversions) // judged_journeys AS BIGINT) END
        AS referral_rate_bps,
    CASE
        WHEN total_revenue_minor > 0 AND revenue_minor >= 0
            THEN CAST((10000 * revenue_minor) // total_revenue_minor AS BIGINT)
    END AS referred_revenue_share_bps,
    CASE WHEN converters > 0 THEN CAST((100 * conversions) // converters AS BIGINT) END
        AS purchase_frequency_hundredths,
    CASE WHEN members > 0 THEN CAST((10000 * sharing_advocates) // members AS BIGINT) END AS participation_rate_bps,
    CASE WHEN sharing_advocates > 0 THEN CAST((10000 * converters) // sharing_advocates AS BIGINT) END
        AS acquisition_rate_bps,
    CASE WHEN sharing_advocates > 0 THEN CAST((10000 * successful_advocates) // sharing_advocates AS BIGINT) END
        AS advocacy_rate_bps,
    CASE WHEN sharing_advocates > 0 THEN CAST((10000 * clickers) // sharing_advocates AS BIGINT) END
        AS share_through_rate_bps,
    CASE WHEN clickers > 0 THEN CAST((10000 * signups) // clickers AS BIGINT) END AS signup_rate_bps,
    CASE WHEN conversions > 0 THEN CAST((10000 * returned) // conversions AS BIGINT) END AS return_rate_bps,
    CASE WHEN new_customers > 0 AND paid_minor >= 0 THEN CAST(paid_minor // new_customers AS BIGINT) END
        AS acquisition_cost_minor
FROM figures
