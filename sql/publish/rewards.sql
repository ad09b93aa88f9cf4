-- Every reward and its current state.
-- Grain: reward.
-- amount is the value promised, whatever became of it; the ledger's balance is the sum of reward_entries.
SELECT
    r.reward_id,
    r.rule_id,
    r.rule_version,
    r.program,
    r.role,
    r.beneficiary_id,
    r.journey_id,
    r.event_id,
    r.kind,
    r.amount_minor,
    CAST(
        CAST(r.amount_minor * COALESCE(c.ten_thousandths, 100) AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4))
        AS DECIMAL(18, 4)
    ) AS amount,
    r.currency,
    r.state,
    r.earned_on,
    r.release_on
FROM rewards AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
