-- The events on which a reward was granted and that count for nothing now: cancelled ones and those in conflict.
-- Grain: event.
-- Why by the ledger: it keeps what a reward was granted on, whatever became of the event since.
WITH granted_on AS (
    SELECT k.event_id
    FROM reward_entries AS r
    INNER JOIN vault.ledger_links AS k ON r.entry_id = k.entry_id
    WHERE r.reward_id = $reward_id
    UNION
    SELECT k.root_event_id
    FROM reward_entries AS r
    INNER JOIN vault.ledger_links AS k ON r.entry_id = k.entry_id
    WHERE r.reward_id = $reward_id
)

SELECT e.event_id
FROM granted_on AS g
INNER JOIN events AS e ON g.event_id = e.event_id
WHERE e.status <> 'active'
ORDER BY e.occurred_at, e.event_id
