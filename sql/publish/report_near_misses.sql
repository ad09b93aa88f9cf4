-- Rewards that one single condition keeps from being earned: what is missing, by how much, and until when.
-- Grain: journey x event x rule x rule version x role.
SELECT
    journey_id,
    event_id,
    rule_id,
    rule_version,
    role,
    status,
    condition,
    observed,
    threshold,
    gap,
    deadline_on,
    reason_code
FROM report_near_misses
