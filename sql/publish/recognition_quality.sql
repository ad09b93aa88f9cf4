-- What each quality rule of a program observed about a recognized journey, the threshold that judged it, and the verdict.
-- Grain: journey x program x rule that the program declares.
-- Why numbers alone: what was compared are addresses, phones and devices, which are never published.
SELECT
    journey_id,
    program,
    event_id,
    rule,
    observed,
    comparison,
    threshold,
    within_days,
    verdict
FROM recognition_quality
