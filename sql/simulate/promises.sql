-- What the terms promise under one set of terms, and what the ledger already did about it; kept for each side.
-- Grain: rule_key × role × slot.
-- Why by slot: it is how the ledger tells one reward from another. A reward that holds its slot was issued, or waits in a
-- conflict: no change of terms takes it back. A reward of an actor belongs to a day of its own where no root is judged.
-- `currency` is as in awards: of points, tiers and badges it names the kind.
SELECT
    d.rule_key,
    d.rule_id,
    d.program,
    d.role,
    d.slot_id,
    d.ordinal,
    d.beneficiary_id,
    d.amount_minor,
    CASE WHEN d.currency = 'XXX' THEN d.reward_kind ELSE d.currency END AS currency,
    COALESCE(p.is_live, FALSE) AS is_posted,
    COALESCE(p.is_held, FALSE) AS is_held,
    t.on_displaced
FROM rewards_due AS d
INNER JOIN rule_terms AS t ON d.rule_version = t.rule_version
INNER JOIN events AS e ON COALESCE(d.root_event_id, d.event_id) = e.event_id
LEFT JOIN posted_slots AS p
    ON d.rule_key = p.rule_key AND d.role = p.role AND d.slot_id = p.slot_id AND d.ordinal = p.ordinal
WHERE e.occurred_on BETWEEN $from_on AND $to_on
