-- What the terms promise at the end of the as-of date: the state that the ledger is reconciled towards.
-- Grain: rule_key x role x slot_id.
-- Why by slot: neither a rule edit nor a merge of persons makes a second reward of it. A recognition in review earns its
-- reward like any other, but nothing approves it except a person.
SELECT
    c.rule_key,
    c.rule_id,
    c.rule_version,
    c.program,
    c.role,
    c.slot_id,
    c.beneficiary_id,
    c.friend_id,
    c.journey_id,
    c.trigger_event_id AS event_id,
    c.root_event_id,
    t.reward_kind,
    t.amount_minor,
    t.currency,
    CASE WHEN c.is_in_review THEN 'manual' ELSE t.approve END AS approve,
    k.earned_on,
    k.release_on
FROM reward_cases AS c
INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
INNER JOIN reward_claims AS k
    ON c.rule_version = k.rule_version AND c.role = k.role AND c.slot_id = k.slot_id AND k.is_claim
LEFT JOIN once_per_results AS o
    ON c.rule_version = o.rule_version AND c.role = o.role AND c.slot_id = o.slot_id
WHERE
    o.reason_code IS NULL
    AND COALESCE(c.posted_state, 'pending') <> 'declined'
    AND NOT EXISTS (
        SELECT 1
        FROM limit_results AS l
        WHERE
            c.rule_version = l.rule_version
            AND c.role = l.role
            AND c.slot_id = l.slot_id
            AND l.is_over
    )
