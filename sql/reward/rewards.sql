-- Every reward and its current state, as the ledger's entries left it.
-- Grain: reward_id.
-- Why from the ledger alone: a posted reward keeps the person, the amount and the terms of its posting, whatever facts
-- say later. The amount is that of the last grant, whatever became of it.
WITH last_entries AS (
    SELECT
        reward_id,
        MAX(sequence) AS sequence,
        MAX(CASE WHEN entry_kind = 'issued' THEN 1 ELSE 0 END) AS issued_ever
    FROM reward_entries
    GROUP BY reward_id
),

generations AS (
    SELECT
        reward_id,
        generation,
        MAX(CASE WHEN entry_kind = 'earned' THEN amount_minor END) AS granted_minor,
        MAX(CASE WHEN entry_kind = 'issued' THEN effective_on END) AS issued_on
    FROM reward_entries
    GROUP BY reward_id, generation
)

SELECT
    e.reward_id,
    e.rule_id,
    e.rule_version,
    e.program,
    e.role,
    e.beneficiary_id,
    e.friend_id,
    e.journey_id,
    e.event_id,
    e.root_event_id,
    e.slot_journey_id,
    e.slot_ordinal,
    e.reward_kind AS kind,
    g.granted_minor AS amount_minor,
    e.currency,
    CASE WHEN e.entry_kind = 'earned' THEN 'pending' ELSE e.entry_kind END AS state,
    e.generation,
    e.earned_on,
    e.release_on,
    g.issued_on,
    e.reason_code,
    e.entry_kind NOT IN ('declined', 'voided', 'clawed_back', 'expired') AS is_live,
    l.issued_ever = 1 AS was_issued
FROM reward_entries AS e
INNER JOIN last_entries AS l ON e.reward_id = l.reward_id AND e.sequence = l.sequence
INNER JOIN generations AS g ON e.reward_id = g.reward_id AND e.generation = g.generation
