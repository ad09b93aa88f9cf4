-- Distinct persons of each day, week and month: who shared, clicked, converted, and brought somebody.
-- Grain: program x period x first day of the period.
-- Why: counted anew for each period; the week's number is not the sum of its days'. A day's sharers and clickers stand
-- once each in what is read, so days are only added up. sharing_advocates = advocates who
-- shared; clickers = friends, else visitors, who clicked a share; converters = recognized friends whose journey began;
-- successful_advocates = advocates for whom one began.
WITH acting AS (
    SELECT program, shared_on AS day_on, 1 AS act, advocate_id AS person_id FROM sharing_days
    WHERE advocate_id IS NOT NULL
    UNION ALL
    SELECT program, clicked_on AS day_on, 2 AS act, clicker_id AS person_id FROM click_days
    UNION ALL
    SELECT DISTINCT program, occurred_on AS day_on, 3 AS act, friend_id AS person_id FROM attributed_events
    WHERE is_root
    UNION ALL
    SELECT DISTINCT program, occurred_on AS day_on, 4 AS act, advocate_id AS person_id FROM attributed_events
    WHERE is_root
),

acting_weeks AS (
    SELECT
        program,
        CAST(DATE_TRUNC('week', day_on) AS DATE) AS starts_on,
        act,
        person_id
    FROM acting
    GROUP BY program, CAST(DATE_TRUNC('week', day_on) AS DATE), act, person_id
),

acting_months AS (
    SELECT
        program,
        CAST(DATE_TRUNC('month', day_on) AS DATE) AS starts_on,
        act,
        person_id
    FROM acting
    GROUP BY program, CAST(DATE_TRUNC('month', day_on) AS DATE), act, person_id
),

counted AS (
    SELECT
        program,
        'day' AS period,
        day_on AS starts_on,
        act,
        COUNT(*) AS persons
    FROM acting
    GROUP BY program, day_on, act
    UNION ALL
    SELECT
        program,
        'week' AS period,
        starts_on,
        act,
        COUNT(*) AS persons
    FROM acting_weeks
    GROUP BY program, starts_on, act
    UNION ALL
    SELECT
        program,
        'month' AS period,
        starts_on,
        act,
        COUNT(*) AS persons
    FROM acting_months
    GROUP BY program, starts_on, act
)

SELECT
    program,
    period,
    starts_on,
    CAST(SUM(CASE WHEN act = 1 THEN persons ELSE 0 END) AS BIGINT) AS sharing_advocates,
    CAST(SUM(CASE WHEN act = 2 THEN persons ELSE 0 END) AS BIGINT) AS clickers,
    CAST(SUM(CASE WHEN act = 3 THEN persons ELSE 0 END) AS BIGINT) AS converters,
    CAST(SUM(CASE WHEN act = 4 THEN persons ELSE 0 END) AS BIGINT) AS successful_advocates
FROM counted
GROUP BY program, period, starts_on
