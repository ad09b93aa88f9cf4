-- What each quality rule of the program observed about a recognized journey, and its verdict.
-- Grain: recognized root × program × rule.
-- Why: a rule that found nothing to observe (no address to compare, no click) passes, with no number. A recognition that
-- support added is never rejected by a rule, since a person vouched for it: it goes to review, so that a second one looks.
WITH observations AS (
    SELECT root_event_id, program, rule, observed FROM quality_similar_emails
    UNION ALL
    SELECT root_event_id, program, rule, observed FROM quality_shared_identifiers
    UNION ALL
    SELECT root_event_id, program, rule, observed FROM quality_referral_counts
    UNION ALL
    SELECT root_event_id, program, rule, observed FROM quality_seconds_after_click
    UNION ALL
    SELECT root_event_id, program, rule, observed FROM quality_disposable_domains
    UNION ALL
    SELECT root_event_id, program, rule, observed FROM quality_coupon_uses
    UNION ALL
    SELECT root_event_id, program, rule, observed FROM quality_guessed_series
)

SELECT
    d.journey_id,
    d.program,
    d.root_event_id AS event_id,
    q.rule,
    o.observed,
    q.comparison,
    q.threshold,
    q.within_days,
    CASE
        WHEN
            (q.comparison = 'more_than' AND o.observed > q.threshold)
            OR (q.comparison = 'less_than' AND o.observed < q.threshold)
            THEN CASE WHEN d.basis = 'manual' THEN 'review' ELSE q.verdict END
        ELSE 'passed'
    END AS verdict
FROM root_decisions AS d
INNER JOIN config_quality AS q ON d.program = q.program
LEFT JOIN observations AS o
    ON d.root_event_id = o.root_event_id AND d.program = o.program AND q.rule = o.rule
