-- Every entry of some rewards, in sequence.
-- Grain: ledger entry.
-- Why all of each: what may follow depends on all that was posted before.
SELECT
    e.entry_id, e.sequence, e.reward_id, e.generation, e.entry_kind, e.rule_id, e.rule_version, e.program, e.role,
    e.beneficiary_id, e.friend_id, e.journey_id, e.event_id, e.root_event_id, e.reward_kind, e.amount_minor,
    e.currency, e.earned_on, e.release_on, e.effective_on, e.posted_as_of, e.caused_by, e.reverses_entry_id,
    e.reason_code, e.chain_hash, e.slot_journey_id, e.slot_ordinal
FROM reward_entries AS e
INNER JOIN wanted_rewards AS w ON e.reward_id = w.reward_id
ORDER BY e.sequence
