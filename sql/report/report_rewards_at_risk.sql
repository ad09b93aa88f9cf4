-- Rewards that would miss their window if a file that is missing as of today stays away.
-- Grain: feed x rule x deadline.
-- Why: a journey that waits for an event has a deadline; the feeds that bring such events are those that name the event
-- as a constant, or have brought it before. A condition that is met or lost is not at risk, nor is one without a deadline.
WITH missing_feeds AS (
    SELECT DISTINCT feed_id
    FROM feed_arrivals
    WHERE is_missing AND day_on = $as_of
),

brought_events AS (
    SELECT
        feed_id,
        event_name
    FROM config_feed_events
    UNION
    SELECT
        f.feed_id,
        e.event_name
    FROM events AS e
    INNER JOIN files AS f ON e.file_id = f.file_id
),

awaited AS (
    SELECT DISTINCT
        m.feed_id,
        r.rule_id,
        r.condition
    FROM missing_feeds AS m
    INNER JOIN brought_events AS b ON m.feed_id = b.feed_id
    INNER JOIN config_rule_events AS r ON b.event_name = r.event_name
),

open_conditions AS (
    SELECT DISTINCT
        a.feed_id,
        d.rule_id,
        d.journey_id,
        d.role,
        d.deadline_on
    FROM awaited AS a
    INNER JOIN reward_decisions AS d ON a.rule_id = d.rule_id AND a.condition = d.condition
    WHERE d.status = 'waiting' AND d.outcome = 'open' AND d.deadline_on >= $as_of
)

SELECT
    feed_id,
    rule_id,
    deadline_on,
    COUNT(*) AS rewards
FROM open_conditions
GROUP BY feed_id, rule_id, deadline_on
