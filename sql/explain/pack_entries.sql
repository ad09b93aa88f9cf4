-- The ledger entries of one reward with all that their hashes cover, and the hash of the entry before each.
-- Grain: ledger entry.
-- Why the entry before in the whole ledger, not of this reward: the chain binds every entry to the one before it.
SELECT
    e.entry_id,
    e.sequence,
    e.reward_id,
    e.generation,
    e.entry_kind,
    e.rule_id,
    e.rule_version,
    e.program,
    e.role,
    e.beneficiary_id,
    k.friend_id,
    k.journey_id,
    k.event_id,
    k.root_event_id,
    k.reward_kind,
    e.amount_minor,
    e.currency,
    k.earned_on,
    k.release_on,
    e.effective_on,
    k.posted_as_of,
    k.slot_journey_id,
    k.slot_ordinal,
    e.caused_by,
    e.reverses_entry_id,
    e.reason_code,
    e.chain_hash,
    p.chain_hash AS previous_hash
FROM reward_entries AS e
INNER JOIN vault.ledger_links AS k ON e.entry_id = k.entry_id
LEFT JOIN reward_entries AS p ON e.sequence = p.sequence + 1
WHERE e.reward_id = $reward_id
ORDER BY e.sequence
