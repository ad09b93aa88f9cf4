-- Rewards that one single condition keeps from being earned: what is missing, by how much, until when, and what is at
-- stake.
-- Grain: journey x event x rule x rule version x role.
-- days_left is empty where there is no deadline, and where it has passed.
SELECT
    r.program,
    r.journey_id,
    r.event_id,
    r.rule_id,
    r.rule_version,
    r.role,
    r.status,
    r.condition,
    r.observed,
    r.threshold,
    r.gap,
    r.deadline_on,
    r.days_left,
    r.reason_code,
    r.kind,
    r.currency,
    r.most_minor,
    CAST(
        CAST(r.most_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS most_amount
FROM report_near_misses AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
