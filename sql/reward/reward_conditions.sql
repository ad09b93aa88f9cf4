-- Every condition of every case, each judged by itself; values still in minor units.
-- Grain: rule_version x role x slot_id x condition.
-- Why: `is_timeout` tells a missed deadline from a rule that says no. A condition that cannot be judged before another
-- one passes is open, with reason not_judged. `none` passes as long as nothing came, where it lasts until the payout.
-- The ways of an `any` are shown beside it (`require_2_1`) and decide nothing by themselves. Of what is counted, only the
-- step that completes a reward meets limits and budgets.
SELECT
    c.rule_version, c.role, c.slot_id, 10 AS position, 'recognized' AS condition,
    CASE WHEN c.is_recognized THEN 'passed' ELSE 'failed' END AS outcome,
    CASE WHEN NOT c.is_recognized THEN c.unrecognized_reason END AS reason_code,
    FALSE AS is_timeout, CAST(NULL AS DATE) AS deadline_on, 'text' AS measure,
    CAST(NULL AS BIGINT) AS observed_value, CAST(NULL AS BIGINT) AS threshold_value,
    CAST(NULL AS VARCHAR) AS observed_text, CAST(NULL AS VARCHAR) AS threshold_text
FROM reward_cases AS c
WHERE c.role <> 'actor'
UNION ALL
SELECT
    c.rule_version, c.role, c.slot_id, 20 AS position, 'eligible' AS condition,
    CASE
        WHEN NOT c.is_recognized THEN 'open'
        WHEN c.is_eligible THEN 'passed'
        ELSE 'failed'
    END AS outcome,
    CASE
        WHEN NOT c.is_recognized THEN 'not_judged'
        WHEN NOT c.is_eligible THEN c.ineligible_reason
        WHEN c.beneficiary_id IS NULL THEN 'no_identifier'
    END AS reason_code,
    FALSE AS is_timeout, CAST(NULL AS DATE) AS deadline_on, 'text' AS measure,
    CAST(NULL AS BIGINT) AS observed_value, CAST(NULL AS BIGINT) AS threshold_value,
    CAST(NULL AS VARCHAR) AS observed_text, CAST(NULL AS VARCHAR) AS threshold_text
FROM reward_cases AS c
UNION ALL
SELECT
    c.rule_version, c.role, c.slot_id, 30 AS position, 'trigger' AS condition,
    CASE
        WHEN COALESCE(c.trigger_on, $as_of) > c.expire_on THEN 'failed'
        WHEN c.trigger_on IS NULL THEN 'open'
        ELSE 'passed'
    END AS outcome,
    CASE
        WHEN COALESCE(c.trigger_on, $as_of) > c.expire_on THEN 'deadline_passed'
        WHEN c.trigger_on IS NULL THEN 'not_yet'
    END AS reason_code,
    TRUE AS is_timeout, c.expire_on AS deadline_on, 'text' AS measure,
    CAST(NULL AS BIGINT) AS observed_value, CAST(NULL AS BIGINT) AS threshold_value,
    CAST(c.trigger_on AS VARCHAR) AS observed_text, t.event_name AS threshold_text
FROM reward_cases AS c
INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
UNION ALL
SELECT
    c.rule_version, c.role, c.slot_id, 40 AS position, 'when' AS condition,
    CASE
        WHEN c.trigger_on IS NULL THEN 'open'
        WHEN c.is_condition_met THEN 'passed'
        ELSE 'failed'
    END AS outcome,
    CASE
        WHEN c.trigger_on IS NULL THEN 'not_judged'
        WHEN NOT c.is_condition_met THEN 'condition_false'
    END AS reason_code,
    FALSE AS is_timeout, CAST(NULL AS DATE) AS deadline_on, 'money' AS measure,
    CASE WHEN t.condition_uses_amount THEN c.trigger_amount_minor END AS observed_value,
    CAST(NULL AS BIGINT) AS threshold_value,
    CAST(NULL AS VARCHAR) AS observed_text, t.condition_text AS threshold_text
FROM reward_cases AS c
INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
WHERE t.condition_text IS NOT NULL
UNION ALL
SELECT
    x.rule_version, x.role, x.slot_id, 50 AS position, 'value' AS condition,
    CASE
        WHEN x.has_value THEN 'passed'
        WHEN c.trigger_on IS NULL OR (t.rate_of = 'sum' AND x.base_minor IS NULL) THEN 'open'
        ELSE 'failed'
    END AS outcome,
    CASE
        WHEN x.has_value THEN NULL
        WHEN c.trigger_on IS NULL OR (t.rate_of = 'sum' AND x.base_minor IS NULL) THEN 'not_judged'
        ELSE x.reason_code
    END AS reason_code,
    FALSE AS is_timeout, CAST(NULL AS DATE) AS deadline_on,
    CASE WHEN t.rate IS NULL THEN 'text' ELSE 'money' END AS measure,
    x.base_minor AS observed_value, CAST(NULL AS BIGINT) AS threshold_value,
    CASE WHEN t.rate IS NULL THEN c.trigger_product END AS observed_text, CAST(NULL AS VARCHAR) AS threshold_text
FROM reward_values AS x
INNER JOIN reward_cases AS c ON x.rule_version = c.rule_version AND x.role = c.role AND x.slot_id = c.slot_id
INNER JOIN rule_terms AS t ON x.rule_version = t.rule_version
UNION ALL
SELECT
    q.rule_version, q.role, q.slot_id, 100 + q.position AS position, q.condition,
    q.outcome, q.reason_code, NOT q.looks_back AND q.kind <> 'none' AS is_timeout, q.deadline_on, q.measure,
    q.observed AS observed_value, q.threshold AS threshold_value,
    CAST(NULL AS VARCHAR) AS observed_text, CAST(NULL AS VARCHAR) AS threshold_text
FROM requirement_outcomes AS q
UNION ALL
SELECT
    g.rule_version, g.role, g.slot_id, 100 + g.position AS position,
    CONCAT('require_', CAST(g.position AS VARCHAR)) AS condition,
    g.outcome, g.reason_code, g.is_timeout, g.deadline_on, 'count' AS measure,
    g.ways_passed AS observed_value, 1 AS threshold_value,
    CAST(NULL AS VARCHAR) AS observed_text, CAST(NULL AS VARCHAR) AS threshold_text
FROM requirement_groups AS g
UNION ALL
SELECT
    v.rule_version, v.role, v.slot_id, 300 AS position, 'not_reversed' AS condition,
    'failed' AS outcome, 'reversed' AS reason_code,
    FALSE AS is_timeout, CAST(NULL AS DATE) AS deadline_on, 'text' AS measure,
    CAST(NULL AS BIGINT) AS observed_value, CAST(NULL AS BIGINT) AS threshold_value,
    CAST(v.occurred_on AS VARCHAR) AS observed_text, CAST(NULL AS VARCHAR) AS threshold_text
FROM reversing_events AS v
UNION ALL
SELECT
    o.rule_version, o.role, o.slot_id, 400 AS position, 'once_per' AS condition,
    CASE WHEN o.reason_code IS NULL THEN 'passed' ELSE 'failed' END AS outcome, o.reason_code,
    FALSE AS is_timeout, CAST(NULL AS DATE) AS deadline_on, 'text' AS measure,
    CAST(NULL AS BIGINT) AS observed_value, CAST(NULL AS BIGINT) AS threshold_value,
    CAST(NULL AS VARCHAR) AS observed_text, CAST(NULL AS VARCHAR) AS threshold_text
FROM once_per_results AS o
UNION ALL
SELECT
    n.rule_version, n.role, n.slot_id, 450 AS position, 'counted' AS condition,
    CASE
        WHEN n.needed IS NULL OR s.is_taken OR NOT s.may_be_given THEN 'failed'
        WHEN n.total >= n.needed THEN 'passed'
        ELSE 'open'
    END AS outcome,
    CASE
        WHEN n.needed IS NULL THEN 'no_milestone_left'
        WHEN s.is_taken OR NOT s.may_be_given THEN 'already_rewarded_ordinal'
        WHEN n.total < n.needed THEN 'not_yet'
    END AS reason_code,
    FALSE AS is_timeout, CAST(NULL AS DATE) AS deadline_on, 'count' AS measure,
    LEAST(n.total, n.needed) AS observed_value, n.needed AS threshold_value,
    CAST(NULL AS VARCHAR) AS observed_text, CAST(NULL AS VARCHAR) AS threshold_text
FROM claim_numbers AS n
LEFT JOIN counted_slots AS s
    ON n.rule_version = s.rule_version AND n.role = s.role AND n.slot_id = s.case_slot_id
WHERE n.counts IS NOT NULL
UNION ALL
SELECT
    k.rule_version, k.role, k.slot_id, 460 AS position, 'tier' AS condition,
    'failed' AS outcome, 'no_tier' AS reason_code,
    FALSE AS is_timeout, CAST(NULL AS DATE) AS deadline_on, 'count' AS measure,
    n.number AS observed_value, CAST(NULL AS BIGINT) AS threshold_value,
    CAST(NULL AS VARCHAR) AS observed_text, CAST(NULL AS VARCHAR) AS threshold_text
FROM reward_claims AS k
INNER JOIN rule_terms AS t ON k.rule_version = t.rule_version AND t.has_referral_tiers
INNER JOIN claim_numbers AS n
    ON k.rule_version = n.rule_version AND k.role = n.role AND k.slot_id = n.slot_id
LEFT JOIN slot_claims AS s
    ON k.rule_version = s.rule_version AND k.role = s.role AND k.slot_id = s.case_slot_id
WHERE t.counts IS NULL AND s.case_slot_id IS NULL
UNION ALL
SELECT
    c.rule_version, c.role, c.slot_id, 500 + m.position AS position, m.condition,
    CASE
        WHEN COALESCE(l.is_over, b.is_over) IS NULL AND s.is_held THEN 'passed'
        WHEN COALESCE(l.is_over, b.is_over) IS NULL THEN 'open'
        WHEN COALESCE(l.is_over, b.is_over) THEN 'failed'
        ELSE 'passed'
    END AS outcome,
    CASE
        WHEN COALESCE(l.is_over, b.is_over) IS NULL AND s.is_held THEN NULL
        WHEN COALESCE(l.is_over, b.is_over) IS NULL THEN 'not_judged'
        WHEN l.is_over THEN 'limit_reached'
        WHEN b.is_over THEN 'budget_spent'
    END AS reason_code,
    FALSE AS is_timeout, CAST(NULL AS DATE) AS deadline_on, m.measure,
    COALESCE(l.observed, b.observed) AS observed_value, COALESCE(m.max_count, m.max_value_minor) AS threshold_value,
    CAST(NULL AS VARCHAR) AS observed_text, CAST(NULL AS VARCHAR) AS threshold_text
FROM reward_cases AS c
INNER JOIN rule_limits AS m ON c.rule_version = m.rule_version
INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
LEFT JOIN limit_results AS l
    ON c.rule_version = l.rule_version AND c.role = l.role AND c.slot_id = l.slot_id AND m.position = l.position
LEFT JOIN budget_results AS b
    ON c.rule_version = b.rule_version AND c.role = b.role AND c.slot_id = b.slot_id AND m.position = b.position
LEFT JOIN counted_slots AS s
    ON c.rule_version = s.rule_version AND c.role = s.role AND c.slot_id = s.case_slot_id
WHERE t.counts IS NULL OR s.case_slot_id IS NOT NULL
UNION ALL
SELECT
    c.rule_version, c.role, c.slot_id, 550 + m.position AS position, m.condition,
    CASE
        WHEN b.is_over IS NULL AND s.is_held THEN 'passed'
        WHEN b.is_over IS NULL THEN 'open'
        WHEN b.is_over THEN 'failed'
        ELSE 'passed'
    END AS outcome,
    CASE
        WHEN b.is_over IS NULL AND s.is_held THEN NULL
        WHEN b.is_over IS NULL THEN 'not_judged'
        WHEN b.is_over THEN 'program_budget_spent'
    END AS reason_code,
    FALSE AS is_timeout, CAST(NULL AS DATE) AS deadline_on, m.measure,
    b.observed AS observed_value, COALESCE(m.max_count, m.max_value_minor) AS threshold_value,
    CAST(NULL AS VARCHAR) AS observed_text, CAST(NULL AS VARCHAR) AS threshold_text
FROM reward_cases AS c
INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version
INNER JOIN program_budgets AS m
    ON t.program = m.program AND (m.currency IS NULL OR m.currency = t.reward_currency)
LEFT JOIN program_budget_results AS b
    ON c.rule_version = b.rule_version AND c.role = b.role AND c.slot_id = b.slot_id AND m.position = b.position
LEFT JOIN counted_slots AS s
    ON c.rule_version = s.rule_version AND c.role = s.role AND c.slot_id = s.case_slot_id
WHERE t.counts IS NULL OR s.case_slot_id IS NOT NULL
UNION ALL
SELECT
    c.rule_version, c.role, c.slot_id, 590 AS position, 'reviewed' AS condition,
    CASE
        WHEN c.posted_state = 'declined' THEN 'failed'
        WHEN COALESCE(c.posted_state, 'pending') IN ('pending', 'voided') OR b.reward_id IS NOT NULL THEN 'open'
        ELSE 'passed'
    END AS outcome,
    CASE
        WHEN c.posted_state = 'declined' THEN 'declined'
        WHEN COALESCE(c.posted_state, 'pending') IN ('pending', 'voided') OR b.reward_id IS NOT NULL THEN 'in_review'
    END AS reason_code,
    FALSE AS is_timeout, CAST(NULL AS DATE) AS deadline_on, 'text' AS measure,
    CAST(NULL AS BIGINT) AS observed_value, CAST(NULL AS BIGINT) AS threshold_value,
    CAST(NULL AS VARCHAR) AS observed_text, CAST(NULL AS VARCHAR) AS threshold_text
FROM reward_cases AS c
LEFT JOIN unreviewed_rewards AS b ON c.posted_reward_id = b.reward_id
WHERE c.is_recognized AND c.is_eligible AND c.is_in_review
UNION ALL
SELECT
    k.rule_version, k.role, k.slot_id, 600 AS position, 'released' AS condition,
    CASE
        WHEN c.posted_state = 'declined' THEN 'failed'
        WHEN k.is_claim AND k.release_on <= $as_of THEN 'passed'
        ELSE 'open'
    END AS outcome,
    CASE
        WHEN c.posted_state = 'declined' THEN 'declined'
        WHEN NOT k.is_claim THEN 'not_judged'
        WHEN k.release_on > $as_of THEN 'pending_period'
    END AS reason_code,
    FALSE AS is_timeout, CASE WHEN k.is_claim THEN k.release_on END AS deadline_on, 'text' AS measure,
    CAST(NULL AS BIGINT) AS observed_value, CAST(NULL AS BIGINT) AS threshold_value,
    CASE WHEN k.is_claim THEN CAST(k.earned_on AS VARCHAR) END AS observed_text,
    CAST(NULL AS VARCHAR) AS threshold_text
FROM reward_claims AS k
INNER JOIN reward_cases AS c ON k.rule_version = c.rule_version AND k.role = c.role AND k.slot_id = c.slot_id
