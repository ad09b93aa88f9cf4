-- The rewards that were granted on an event, and the friend of each as the ledger knew them.
-- Grain: reward.
-- Why by the ledger: an event that is left out belongs to no journey and to no friend any more.
SELECT
    r.reward_id,
    MAX(k.friend_id) AS friend_id
FROM reward_entries AS r
INNER JOIN vault.ledger_links AS k ON r.entry_id = k.entry_id
WHERE k.event_id = $event_id OR k.root_event_id = $event_id
GROUP BY r.reward_id
ORDER BY r.reward_id
