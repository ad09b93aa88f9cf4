-- Every reward and its current state, as the ledger's entries left it.
-- Grain: reward_id.
-- Why from the ledger alone: a posted reward keeps the person, the amount and the terms of its posting, whatever facts
-- say later. The amount is that of the last grant, whatever became of it.
WITH ranked_entries AS (
    SELECT
        reward_id,
        rule_id,
        rule_version,
        program,
        role,
        beneficiary_id,
        friend_id,
        journey_id,
        event_id,
        root_event_id,
        reward_kind,
        currency,
        entry_kind,
        generation,
        earned_on,
        release_on,
        reason_code,
        sequence,
        MAX(CASE WHEN entry_kind = 'earned' THEN amount_minor END)
            OVER (PARTITION BY reward_id, generation) AS granted_minor,
        MAX(CASE WHEN entry_kind = 'issued' THEN effective_on END)
            OVER (PARTITION BY reward_id, generation) AS issued_on,
        MAX(CASE WHEN entry_kind = 'issued' THEN 1 ELSE 0 END)
            OVER (PARTITION BY reward_id) AS issued_ever,
        ROW_NUMBER() OVER (PARTITION BY reward_id ORDER BY sequence DESC) AS entry_rank
    FROM reward_entries
)

SELECT
    reward_id,
    rule_id,
    rule_version,
    program,
    role,
    beneficiary_id,
    friend_id,
    journey_id,
    event_id,
    root_event_id,
    reward_kind AS kind,
    granted_minor AS amount_minor,
    currency,
    CASE WHEN entry_kind = 'earned' THEN 'pending' ELSE entry_kind END AS state,
    generation,
    earned_on,
    release_on,
    issued_on,
    reason_code,
    entry_kind NOT IN ('declined', 'voided', 'clawed_back', 'expired') AS is_live,
    issued_ever = 1 AS was_issued
FROM ranked_entries
WHERE entry_rank = 1
