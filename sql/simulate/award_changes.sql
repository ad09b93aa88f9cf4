-- What each beneficiary gets for each journey under the rules in force and under the others.
-- Grain: program × role × beneficiary × journey × currency.
-- Why one comparison for all figures: totals, persons and months then agree to the cent.
SELECT
    COALESCE(t.program, n.program) AS program,
    COALESCE(t.role, n.role) AS role,
    COALESCE(t.beneficiary_id, n.beneficiary_id) AS beneficiary_id,
    COALESCE(t.journey_id, n.journey_id) AS journey_id,
    COALESCE(t.currency, n.currency) AS currency,
    COALESCE(n.rewards, 0) AS now_rewards,
    COALESCE(t.rewards, 0) AS then_rewards,
    COALESCE(n.amount_minor, 0) AS now_minor,
    COALESCE(t.amount_minor, 0) AS then_minor,
    CASE
        WHEN n.journey_id IS NULL THEN 'gained'
        WHEN t.journey_id IS NULL THEN 'lost'
        WHEN t.amount_minor > n.amount_minor THEN 'more'
        WHEN t.amount_minor < n.amount_minor THEN 'less'
        ELSE 'same'
    END AS change
FROM awards_now AS n
FULL OUTER JOIN awards_then AS t
    ON
        n.program = t.program AND n.role = t.role AND n.beneficiary_id = t.beneficiary_id
        AND n.journey_id = t.journey_id AND n.currency = t.currency
