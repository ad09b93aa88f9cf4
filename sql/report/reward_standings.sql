-- Every reward with what the ledger holds of it: its balance, and the days of its last grant.
-- Grain: reward_id.
-- Why: the ledger is read once; whatever counts rewards counts the same ones, to the cent. balance_minor is grants less
-- reversals; since_on is the day of the last entry, and so of the state. Test records earn nothing: all is production.
SELECT
    r.reward_id,
    r.program,
    r.rule_id,
    r.rule_version,
    r.role,
    r.beneficiary_id,
    r.journey_id,
    r.event_id,
    r.kind,
    r.currency,
    r.state,
    r.amount_minor,
    r.earned_on,
    r.release_on,
    CAST(SUM(e.amount_minor) AS BIGINT) AS balance_minor,
    MAX(e.effective_on) AS since_on,
    MAX(CASE WHEN e.generation = r.generation AND e.entry_kind = 'approved' THEN e.effective_on END) AS approved_on,
    MAX(CASE WHEN e.generation = r.generation AND e.entry_kind = 'issued' THEN e.effective_on END) AS issued_on,
    MAX(CASE WHEN e.generation = r.generation AND e.entry_kind = 'fulfilled' THEN e.effective_on END) AS fulfilled_on
FROM rewards AS r
INNER JOIN reward_entries AS e ON r.reward_id = e.reward_id
GROUP BY
    r.reward_id, r.program, r.rule_id, r.rule_version, r.role, r.beneficiary_id, r.journey_id, r.event_id, r.kind,
    r.currency, r.state, r.amount_minor, r.earned_on, r.release_on
