-- Who and what brought the recognized events: per advocate and channel, with money, rewards and credit under five
-- models.
-- Grain: program x cohort week (Monday of the root's week) x advocate x channel x campaign x promotion source x
-- currency x recognition type x event name. journeys, events, new customers, amount and reward stand on the row of
-- the recognized advocate (the decision); credit stands on the row of each touch, so a row may hold credit only.
-- Every measure may be added up over any rows: a journey is counted at its root event alone. Credit is in millionths
-- of one event. reward_minor is the ledger's balance (grants less reversals) of rewards that are money; a reward
-- without a recognized journey (an actor's own) stands on a row without an advocate, so the total is the ledger's.
-- Must not: count points, tiers and badges. They share the currency XXX, and their sum would be a number of nothing;
-- report_reward_liability and report_advocate_rewards have them by kind.
-- Why not from rewards.amount_minor: a clawed-back reward keeps its amount there, and would be counted as paid.
WITH decided_events AS (
    SELECT
        program,
        week_on,
        advocate_id,
        channel,
        campaign,
        promotion_source,
        currency,
        recognition_type,
        event_name,
        CASE WHEN is_root THEN 1 ELSE 0 END AS journeys,
        CASE WHEN is_initial THEN 1 ELSE 0 END AS initial_events,
        CASE WHEN is_initial THEN 0 ELSE 1 END AS subsequent_events,
        CASE WHEN is_new_customer THEN 1 ELSE 0 END AS new_customers,
        amount_minor,
        0 AS reward_minor,
        0 AS credit_first,
        0 AS credit_last,
        0 AS credit_linear,
        0 AS credit_position,
        0 AS credit_decay
    FROM attributed_events
),

credited_touches AS (
    SELECT
        e.program,
        e.week_on,
        t.advocate_id,
        t.channel,
        t.campaign,
        t.promotion_source,
        e.currency,
        t.recognition_type,
        e.event_name,
        0 AS journeys,
        0 AS initial_events,
        0 AS subsequent_events,
        0 AS new_customers,
        0 AS amount_minor,
        0 AS reward_minor,
        t.credit_first,
        t.credit_last,
        t.credit_linear,
        t.credit_position,
        t.credit_decay
    FROM attributed_events AS e
    INNER JOIN attribution_credits AS t ON e.root_event_id = t.root_event_id AND e.program = t.program
),

recognized_journeys AS (
    SELECT
        journey_id,
        program,
        week_on,
        advocate_id,
        channel,
        campaign,
        promotion_source,
        recognition_type
    FROM attributed_events
    WHERE is_root
),

granted_rewards AS (
    SELECT
        r.program,
        COALESCE(j.week_on, CAST(DATE_TRUNC('week', r.earned_on) AS DATE)) AS week_on,
        j.advocate_id,
        j.channel,
        j.campaign,
        j.promotion_source,
        r.currency,
        j.recognition_type,
        e.event_name,
        0 AS journeys,
        0 AS initial_events,
        0 AS subsequent_events,
        0 AS new_customers,
        0 AS amount_minor,
        r.balance_minor AS reward_minor,
        0 AS credit_first,
        0 AS credit_last,
        0 AS credit_linear,
        0 AS credit_position,
        0 AS credit_decay
    FROM reward_standings AS r
    LEFT JOIN recognized_journeys AS j ON r.journey_id = j.journey_id AND r.program = j.program
    LEFT JOIN events AS e ON r.event_id = e.event_id
    WHERE r.balance_minor <> 0 AND r.currency <> 'XXX'
),

contributions AS (
    SELECT
        program, week_on, advocate_id, channel, campaign, promotion_source, currency, recognition_type, event_name,
        journeys, initial_events, subsequent_events, new_customers, amount_minor, reward_minor,
        credit_first, credit_last, credit_linear, credit_position, credit_decay
    FROM decided_events
    UNION ALL
    SELECT
        program, week_on, advocate_id, channel, campaign, promotion_source, currency, recognition_type, event_name,
        journeys, initial_events, subsequent_events, new_customers, amount_minor, reward_minor,
        credit_first, credit_last, credit_linear, credit_position, credit_decay
    FROM credited_touches
    UNION ALL
    SELECT
        program, week_on, advocate_id, channel, campaign, promotion_source, currency, recognition_type, event_name,
        journeys, initial_events, subsequent_events, new_customers, amount_minor, reward_minor,
        credit_first, credit_last, credit_linear, credit_position, credit_decay
    FROM granted_rewards
)

SELECT
    program,
    week_on,
    advocate_id,
    channel,
    campaign,
    promotion_source,
    currency,
    recognition_type,
    event_name,
    CAST(SUM(journeys) AS BIGINT) AS journeys,
    CAST(SUM(initial_events) AS BIGINT) AS initial_events,
    CAST(SUM(subsequent_events) AS BIGINT) AS subsequent_events,
    CAST(SUM(new_customers) AS BIGINT) AS new_customers,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor,
    CAST(SUM(reward_minor) AS BIGINT) AS reward_minor,
    CAST(SUM(credit_first) AS BIGINT) AS credit_first,
    CAST(SUM(credit_last) AS BIGINT) AS credit_last,
    CAST(SUM(credit_linear) AS BIGINT) AS credit_linear,
    CAST(SUM(credit_position) AS BIGINT) AS credit_position,
    CAST(SUM(credit_decay) AS BIGINT) AS credit_decay
FROM contributions
GROUP BY
    program, week_on, advocate_id, channel, campaign, promotion_source, currency, recognition_type, event_name
