-- Rewards that a person should look at: paid and not due, kept against later evidence, or approved and not payable.
-- Grain: reward x finding x cause.
-- It holds what stands on as_of; a finding that was settled is gone. An answer may name a reward that nobody knows: then
-- the columns of the reward are empty.
SELECT
    f.reward_id,
    r.program,
    r.rule_id,
    r.rule_version,
    r.role,
    r.beneficiary_id,
    r.journey_id,
    r.state,
    r.amount_minor,
    CAST(
        CAST(r.amount_minor * COALESCE(c.ten_thousandths, 100) AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4))
        AS DECIMAL(18, 4)
    ) AS amount,
    r.currency,
    f.finding,
    f.caused_by,
    CAST($as_of AS DATE) AS as_of
FROM reward_findings AS f
LEFT JOIN rewards AS r ON f.reward_id = r.reward_id
LEFT JOIN currency_units AS c ON r.currency = c.currency
