-- What the terms promise at the end of the as-of date: the state that the ledger is reconciled towards.
-- Grain: rule_key x role x slot_id x ordinal; the ordinal is 0 where nothing is counted.
-- Why by slot: neither a rule edit nor a merge of persons makes a second reward of it. A recognition in review earns its
-- reward like any other, but nothing approves it except a person.
SELECT
    c.rule_key,
    c.rule_id,
    c.rule_version,
    c.program,
    c.role,
    k.slot_id,
    k.ordinal,
    CASE WHEN k.ordinal > 0 THEN k.slot_id END AS slot_journey_id,
    CASE WHEN k.ordinal > 0 THEN k.ordinal END AS slot_ordinal,
    c.beneficiary_id,
    c.friend_id,
    c.journey_id,
    c.trigger_event_id AS event_id,
    c.root_event_id,
    t.reward_kind,
    k.amount_minor,
    t.reward_currency AS currency,
    CASE WHEN c.is_in_review THEN 'manual' ELSE t.approve END AS approve,
    k.earned_on,
    k.release_on
FROM reward_cases AS c
INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
INNER JOIN slot_claims AS k
    ON c.rule_version = k.rule_version AND c.role = k.role AND c.slot_id = k.case_slot_id
LEFT JOIN counted_slots AS s
    ON c.rule_version = s.rule_version AND c.role = s.role AND c.slot_id = s.case_slot_id
WHERE
    COALESCE(c.posted_state, s.posted_state, 'pending') <> 'declined'
    AND NOT EXISTS (
        SELECT 1
        FROM limit_results AS l
        WHERE
            c.rule_version = l.rule_version
            AND c.role = l.role
            AND c.slot_id = l.slot_id
            AND l.is_over
    )
    AND NOT EXISTS (
        SELECT 1
        FROM budget_results AS b
        WHERE
            c.rule_version = b.rule_version
            AND c.role = b.role
            AND c.slot_id = b.slot_id
            AND b.is_over
    )
    AND NOT EXISTS (
        SELECT 1
        FROM program_budget_results AS p
        WHERE
            c.rule_version = p.rule_version
            AND c.role = p.role
            AND c.slot_id = p.slot_id
            AND p.is_over
    )
