-- What of the key figures may be added up over days: counts and money of each day.
-- Grain: program x local day.
-- Why: persons may not be added up (who shared on two days is one advocate of the week); they are counted anew for each
-- period in key_figure_persons. A signup is a friend's first step before the program's lowest rewardable stage, so it
-- happens once. total_revenue_minor counts every rewardable production event that the program judged, recognized or not.
WITH judged_amounts AS (
    SELECT r.program, r.event_id FROM recognitions AS r WHERE r.container = 'production'
    UNION ALL
    SELECT u.program, u.event_id FROM unrecognized_events AS u
),

signups AS (
    SELECT
        program,
        friend_id,
        MIN(reached_on) AS day_on
    FROM funnel_reaches
    WHERE unit = 'friends'
    GROUP BY program, friend_id
),

counted AS (
    SELECT program, shared_on AS day_on, shares, 0 AS clicks, 0 AS signups, 0 AS judged_journeys,
        0 AS conversions, 0 AS new_customers, 0 AS returned, 0 AS revenue_minor, 0 AS total_revenue_minor,
        0 AS other_currency_events, 0 AS paid_minor
    FROM sharing_days
    UNION ALL
    SELECT program, clicked_on, 0, clicks, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM click_days
    UNION ALL
    SELECT program, day_on, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0
    FROM signups
    UNION ALL
    SELECT program, root_on, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0
    FROM journey_roots
    WHERE container = 'production'
    UNION ALL
    SELECT
        a.program, a.occurred_on, 0, 0, 0, 0,
        CASE WHEN a.is_root THEN 1 ELSE 0 END,
        CASE WHEN a.is_new_customer THEN 1 ELSE 0 END,
        CASE WHEN a.is_root AND e.journey_id IS NOT NULL THEN 1 ELSE 0 END,
        CASE WHEN a.currency = $currency THEN a.amount_minor ELSE 0 END,
        0,
        CASE WHEN a.currency = $currency THEN 0 ELSE 1 END,
        0
    FROM attributed_events AS a
    LEFT JOIN ended_journeys AS e ON a.journey_id = e.journey_id
    UNION ALL
    SELECT
        j.program, e.occurred_on, 0, 0, 0, 0, 0, 0, 0, 0,
        CASE WHEN COALESCE(e.currency, $currency) = $currency THEN COALESCE(e.amount_minor, 0) ELSE 0 END,
        0, 0
    FROM judged_amounts AS j
    INNER JOIN events AS e ON j.event_id = e.event_id
    WHERE e.status = 'active' AND e.container = 'production'
    UNION ALL
    SELECT program, day_on, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, paid_minor
    FROM paid_days
    WHERE currency = $currency
)

SELECT
    program,
    day_on,
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
FROM counted
GROUP BY program, day_on
