-- A program's key figures by day.
-- Grain: program x local day on which anything was shared, clicked, rooted or recognized; production only.
-- Formulas: judged_journeys = journeys whose root is on the day; conversions = those of them that were recognized;
-- recognition_rate_bps = conversions / judged_journeys; clickers = distinct friends (else visitors) who clicked a
-- share; conversion_rate_bps = conversions / clickers of the same day (above 10,000 when friends come on later days);
-- new_customers = recognized friends whose first journey began on the day and who were no customer before;
-- revenue_minor = amounts of all events recognized on the day, in the workspace's currency (amounts in other
-- currencies are counted in other_currency_events and stand in report_attribution); purchase_frequency_hundredths =
-- recognized journeys to date / recognized friends to date, in hundredths.
-- A rate is empty where its denominator is zero. A click whose share names no program stands under '(unknown)'.
WITH program_clicks AS (
    SELECT
        program,
        clicked_on AS day_on,
        CAST(SUM(clicks) AS BIGINT) AS clicks,
        COUNT(*) AS clickers
    FROM click_days
    GROUP BY program, clicked_on
),

program_shares AS (
    SELECT
        program,
        shared_on AS day_on,
        CAST(SUM(shares) AS BIGINT) AS shares,
        COUNT(advocate_id) AS sharing_advocates
    FROM sharing_days
    GROUP BY program, shared_on
),

judged_roots AS (
    SELECT
        program,
        root_on AS day_on,
        COUNT(*) AS judged_journeys
    FROM journey_roots
    WHERE container = 'production'
    GROUP BY program, root_on
),

recognized_days AS (
    SELECT
        program,
        occurred_on AS day_on,
        COUNT(*) AS recognized_events,
        CAST(SUM(CASE WHEN is_root THEN 1 ELSE 0 END) AS BIGINT) AS conversions,
        CAST(SUM(CASE WHEN is_new_customer THEN 1 ELSE 0 END) AS BIGINT) AS new_customers,
        CAST(SUM(CASE WHEN currency = $currency THEN amount_minor ELSE 0 END) AS BIGINT) AS revenue_minor,
        CAST(SUM(CASE WHEN currency = $currency THEN 0 ELSE 1 END) AS BIGINT) AS other_currency_events
    FROM attributed_events
    GROUP BY program, occurred_on
),

first_days AS (
    SELECT
        program,
        friend_id,
        MIN(occurred_on) AS day_on
    FROM attributed_events
    WHERE is_root
    GROUP BY program, friend_id
),

first_friends AS (
    SELECT
        program,
        day_on,
        COUNT(*) AS first_friends
    FROM first_days
    GROUP BY program, day_on
),

days AS (
    SELECT program, day_on FROM program_clicks
    UNION
    SELECT program, day_on FROM program_shares
    UNION
    SELECT program, day_on FROM judged_roots
    UNION
    SELECT program, day_on FROM recognized_days
),

figures AS (
    SELECT
        d.program,
        d.day_on,
        COALESCE(s.shares, 0) AS shares,
        COALESCE(s.sharing_advocates, 0) AS sharing_advocates,
        COALESCE(c.clicks, 0) AS clicks,
        COALESCE(c.clickers, 0) AS clickers,
        COALESCE(j.judged_journeys, 0) AS judged_journeys,
        COALESCE(r.conversions, 0) AS conversions,
        COALESCE(r.recognized_events, 0) AS recognized_events,
        COALESCE(r.new_customers, 0) AS new_customers,
        COALESCE(r.revenue_minor, 0) AS revenue_minor,
        COALESCE(r.other_currency_events, 0) AS other_currency_events,
        CAST(SUM(COALESCE(r.conversions, 0)) OVER (PARTITION BY d.program ORDER BY d.day_on) AS BIGINT)
            AS conversions_to_date,
        CAST(SUM(COALESCE(f.first_friends, 0)) OVER (PARTITION BY d.program ORDER BY d.day_on) AS BIGINT)
            AS friends_to_date
    FROM days AS d
    LEFT JOIN program_shares AS s ON d.program = s.program AND d.day_on = s.day_on
    LEFT JOIN program_clicks AS c ON d.program = c.program AND d.day_on = c.day_on
    LEFT JOIN judged_roots AS j ON d.program = j.program AND d.day_on = j.day_on
    LEFT JOIN recognized_days AS r ON d.program = r.program AND d.day_on = r.day_on
    LEFT JOIN first_friends AS f ON d.program = f.program AND d.day_on = f.day_on
)

SELECT
    program,
    day_on,
    shares,
    sharing_advocates,
    clicks,
    clickers,
    judged_journeys,
    conversions,
    recognized_events,
    new_customers,
    revenue_minor,
    CAST($currency AS VARCHAR) AS currency,
    other_currency_events,
    CASE WHEN judged_journeys > 0 THEN CAST(10000 * conversions // judged_journeys AS BIGINT) END
        AS recognition_rate_bps,
    CASE WHEN clickers > 0 THEN CAST(10000 * conversions // clickers AS BIGINT) END AS conversion_rate_bps,
    CASE WHEN friends_to_date > 0 THEN CAST(100 * conversions_to_date // friends_to_date AS BIGINT) END
        AS purchase_frequency_hundredths
FROM figures
