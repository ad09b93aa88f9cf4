-- What each rule owes to the advocate and the friend of each journey: one case to judge, from the root on.
-- Grain: rule_version x role x slot_id; the slot is the journey, or each triggering event where the rule says so.
-- Why: a case exists before any triggering event came, so that "where is my reward?" has an answer. Of several
-- triggering events the first that meets the condition counts, else the first. Recognition is read at the root only.
WITH ranked_triggers AS (
    SELECT
        rule_version,
        event_id,
        journey_id,
        occurred_at,
        occurred_on,
        container,
        product,
        amount_minor,
        passed,
        ROW_NUMBER() OVER (
            PARTITION BY rule_version, journey_id, container
            ORDER BY CASE WHEN passed THEN 0 ELSE 1 END, occurred_at, event_id
        ) AS trigger_rank
    FROM reward_triggers
)

SELECT
    t.rule_version,
    r.role,
    CASE WHEN t.slot_kind = 'event' THEN COALESCE(g.event_id, j.journey_id) ELSE j.journey_id END AS slot_id,
    j.journey_id,
    j.root_event_id,
    j.root_on,
    j.container,
    j.person_id AS friend_id,
    n.advocate_id,
    CASE WHEN r.role = 'advocate' THEN n.advocate_id WHEN n.event_id IS NOT NULL THEN j.person_id END AS beneficiary_id,
    n.event_id IS NOT NULL AS is_recognized,
    COALESCE(u.reason_code, CASE WHEN j.container = 'test' THEN 'test_record' ELSE 'no_evidence' END)
        AS unrecognized_reason,
    COALESCE(n.eligible, FALSE) AND n.quality <> 'rejected' AS is_eligible,
    CASE WHEN n.quality = 'rejected' THEN 'rejected' ELSE n.ineligible_reason END AS ineligible_reason,
    COALESCE(n.quality, 'passed') = 'review' AS is_in_review,
    g.event_id AS trigger_event_id,
    g.occurred_at AS trigger_at,
    g.occurred_on AS trigger_on,
    g.product AS trigger_product,
    g.amount_minor AS trigger_amount_minor,
    COALESCE(g.passed, FALSE) AS is_condition_met
FROM journey_roots AS j
INNER JOIN rule_terms AS t ON j.program = t.program
INNER JOIN rule_roles AS r ON t.rule_version = r.rule_version AND r.role <> 'actor'
LEFT JOIN recognitions AS n ON j.root_event_id = n.event_id AND j.program = n.program
LEFT JOIN unrecognized_events AS u ON j.root_event_id = u.event_id AND j.program = u.program
LEFT JOIN ranked_triggers AS g
    ON
        t.rule_version = g.rule_version
        AND j.journey_id = g.journey_id
        AND j.container = g.container
        AND (g.trigger_rank = 1 OR t.slot_kind = 'event')
