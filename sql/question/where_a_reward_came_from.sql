-- From which file and record does each of the dearest rewards come? The triggering event leads to the file and the line that
-- the sender can look up.
-- Grain: reward.
SELECT
    r.reward_id,
    r.rule_id,
    r.amount_minor,
    r.currency,
    e.event_name,
    f.feed_id,
    f.received_on,
    SUBSTR(f.file_id, 1, 8) AS file,
    e.record_number
FROM rewards AS r
INNER JOIN events AS e ON r.event_id = e.event_id
INNER JOIN files AS f ON e.file_id = f.file_id
ORDER BY r.currency, r.amount_minor DESC, r.reward_id
LIMIT 10
