-- The recognized advocate of every rewardable event, inherited from the root of its journey.
-- Grain: recognized event × program.
-- Why: a milestone often carries nothing but the account, so it takes the decision and the verdict of its journey's
-- root, the worst verdict of the quality rules included. A test root never recognizes a production event.
WITH worst_verdicts AS (
    SELECT
        q.event_id,
        q.program,
        BOOL_OR(q.verdict = 'rejected') AS is_rejected,
        BOOL_OR(q.verdict = 'review') AS is_in_review
    FROM recognition_quality AS q
    GROUP BY q.event_id, q.program
)

SELECT
    n.event_id,
    n.program,
    n.journey_id,
    d.advocate_id,
    d.recognition_type,
    COALESCE(l.label, d.recognition_type) AS label,
    CASE WHEN n.event_id = d.root_event_id THEN d.basis ELSE 'journey' END AS basis,
    d.on_event,
    d.share_key AS share_id,
    d.evidence_at,
    CASE WHEN n.event_id = d.root_event_id THEN d.via_event_id ELSE d.root_event_id END AS via_event_id,
    n.friend_event_number,
    n.friend_event_number = 1 AS is_initial,
    v.eligible AND n.container <> 'test' AS eligible,
    CASE
        WHEN n.container = 'test' AND d.container <> 'test'
            THEN CONCAT_WS(', ', v.ineligible_reason, 'test_record')
        ELSE v.ineligible_reason
    END AS ineligible_reason,
    CASE WHEN w.is_rejected THEN 'rejected' WHEN w.is_in_review THEN 'review' ELSE 'passed' END AS quality,
    d.root_event_id,
    n.event_name,
    n.occurred_at,
    n.occurred_on,
    d.person_id,
    n.container,
    d.evidence_on,
    d.evidence_key,
    f.advocate_referral_number
FROM event_numbers AS n
INNER JOIN root_decisions AS d ON n.journey_id = d.journey_id AND n.program = d.program
INNER JOIN root_eligibility AS v ON d.root_event_id = v.root_event_id AND d.program = v.program
INNER JOIN referral_numbers AS f ON d.root_event_id = f.root_event_id AND d.program = f.program
LEFT JOIN worst_verdicts AS w ON d.root_event_id = w.event_id AND d.program = w.program
LEFT JOIN config_labels AS l ON d.recognition_type = l.recognition_type
WHERE n.container = d.container OR n.container = 'test'
