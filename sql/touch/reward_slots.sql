-- The journeys, persons, events and rewards from which a verdict, a posting or a payout can change tonight.
-- Grain: key of any of them; keys of different kinds never meet.
-- Why: a fact or a decision changes what it names; a day that passes, what was open until a deadline or a release; an
-- approved reward waits for its payout, a found fault for a person. What was said of a reward before it was earned stays
-- with it until it is there. All other rewards stand as they are.
SELECT journey_id FROM changed_events WHERE journey_id IS NOT NULL
UNION
SELECT event_id FROM changed_events
UNION
SELECT person_id FROM changed_events WHERE person_id IS NOT NULL
UNION
SELECT COALESCE(account_key, order_key, event_id) FROM changed_events WHERE status <> 'active'
UNION
SELECT journey_id FROM changed_journey_roots
UNION
SELECT person_id FROM changed_journey_roots WHERE person_id IS NOT NULL
UNION
SELECT journey_id FROM changed_recognitions
UNION
SELECT advocate_id FROM changed_recognitions WHERE advocate_id IS NOT NULL
UNION
SELECT event_id FROM changed_unrecognized_events
UNION
SELECT person_id FROM changed_memberships
UNION
SELECT advocate_id FROM changed_advocates WHERE advocate_id IS NOT NULL
UNION
SELECT alias FROM changed_person_aliases
UNION
SELECT person_id FROM changed_person_aliases
UNION
SELECT journey_id FROM reward_decisions WHERE outcome = 'open' AND deadline_on <= $as_of
UNION
SELECT reward_id FROM rewards WHERE state = 'approved' OR (state = 'pending' AND release_on <= $as_of)
UNION
SELECT reward_id FROM reward_findings
UNION
SELECT reward_id FROM fact_approvals WHERE facts_seq > $former_seq AND reward_id IS NOT NULL
UNION
SELECT reward_id FROM fact_approvals WHERE received_on > $former_as_of AND reward_id IS NOT NULL
UNION
SELECT reward_id FROM fact_approvals WHERE last_received_on > $former_as_of AND reward_id IS NOT NULL
UNION
SELECT reward_id FROM fact_approvals WHERE decided_on > $former_as_of AND reward_id IS NOT NULL
UNION
SELECT a.reward_id
FROM fact_approvals AS a
LEFT JOIN rewards AS r ON a.reward_id = r.reward_id
WHERE a.reward_id IS NOT NULL AND r.reward_id IS NULL
UNION
SELECT reward_id FROM fact_fulfillments WHERE facts_seq > $former_seq AND reward_id IS NOT NULL
UNION
SELECT reward_id FROM fact_fulfillments WHERE received_on > $former_as_of AND reward_id IS NOT NULL
UNION
SELECT reward_id FROM fact_fulfillments WHERE last_received_on > $former_as_of AND reward_id IS NOT NULL
UNION
SELECT reward_id FROM fact_fulfillments WHERE reported_on > $former_as_of AND reward_id IS NOT NULL
UNION
SELECT subject_id
FROM operator_acts
WHERE subject_id IS NOT NULL AND (journal_number > $former_acts OR acted_on > $former_as_of)
