-- Why was nobody recognized? Each rewardable event without an advocate has one reason; no_evidence means that the friend is
-- known and nothing led to anybody.
-- Grain: reason x event name.
SELECT
    u.reason_code,
    e.event_name,
    COUNT(*) AS events,
    MIN(e.occurred_on) AS first_on,
    MAX(e.occurred_on) AS last_on
FROM unrecognized_events AS u
INNER JOIN events AS e ON u.event_id = e.event_id
GROUP BY u.reason_code, e.event_name
ORDER BY events DESC, u.reason_code, e.event_name
