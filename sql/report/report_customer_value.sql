-- What customers brought to date: first and later purchases, of referred customers against others, advocates against
-- non-advocates.
-- Grain: program x cohort month x customer group; each customer stands in one referral and one advocacy group.
-- Groups and cohorts are those of report_retention. Value is the amount of the rewardable production events that the
-- program judged, recognized or not, in the workspace's currency: initial_minor of the event at which the customer's first
-- journey was judged, subsequent_minor of all others, lifetime_minor of both. lifetime_per_customer_minor =
-- lifetime_minor / customers, cut to a whole. Amounts in other currencies are left out and counted.
WITH judged_events AS (
    SELECT program, event_id FROM recognitions
    WHERE container = 'production'
    UNION ALL
    SELECT program, event_id FROM unrecognized_events
),

customer_amounts AS (
    SELECT
        r.program,
        COALESCE(r.person_id, r.journey_id) AS customer_id,
        e.event_id,
        COALESCE(e.amount_minor, 0) AS amount_minor,
        COALESCE(e.currency, $currency) AS currency
    FROM judged_events AS j
    INNER JOIN events AS e ON j.event_id = e.event_id
    INNER JOIN journey_roots AS r ON e.journey_id = r.journey_id AND j.program = r.program
    WHERE e.status = 'active' AND e.container = 'production' AND r.container = 'production'
),

customer_values AS (
    SELECT
        c.program,
        c.customer_id,
        c.cohort_on,
        c.referral_group,
        c.advocacy_group,
        COUNT(a.event_id) AS events,
        CAST(
            SUM(CASE WHEN a.currency = $currency AND a.event_id = c.root_event_id THEN a.amount_minor ELSE 0 END)
            AS BIGINT
        ) AS initial_minor,
        CAST(
            SUM(CASE WHEN a.currency = $currency AND a.event_id <> c.root_event_id THEN a.amount_minor ELSE 0 END)
            AS BIGINT
        ) AS subsequent_minor,
        CAST(SUM(CASE WHEN a.currency <> $currency THEN 1 ELSE 0 END) AS BIGINT) AS other_currency_events
    FROM program_customers AS c
    LEFT JOIN customer_amounts AS a ON c.program = a.program AND c.customer_id = a.customer_id
    GROUP BY c.program, c.customer_id, c.cohort_on, c.referral_group, c.advocacy_group
),

grouped_values AS (
    SELECT program, cohort_on, referral_group AS customer_group, events, initial_minor, subsequent_minor,
        other_currency_events
    FROM customer_values
    UNION ALL
    SELECT program, cohort_on, advocacy_group AS customer_group, events, initial_minor, subsequent_minor,
        other_currency_events
    FROM customer_values
),

sums AS (
    SELECT
        program,
        cohort_on,
        customer_group,
        COUNT(*) AS customers,
        CAST(SUM(events) AS BIGINT) AS events,
        CAST(SUM(initial_minor) AS BIGINT) AS initial_minor,
        CAST(SUM(subsequent_minor) AS BIGINT) AS subsequent_minor,
        CAST(SUM(other_currency_events) AS BIGINT) AS other_currency_events
    FROM grouped_values
    GROUP BY program, cohort_on, customer_group
)

SELECT
    program,
    cohort_on,
    customer_group,
    customers,
    events,
    initial_minor,
    subsequent_minor,
    initial_minor + subsequent_minor AS lifetime_minor,
    CASE
        WHEN initial_minor + subsequent_minor >= 0
            THEN CAST((initial_minor + subsequent_minor) // customers AS BIGINT)
    END AS lifetime_per_customer_minor,
    CAST($currency AS VARCHAR) AS currency,
    other_currency_events
FROM sums
