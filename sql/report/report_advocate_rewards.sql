-- What each advocate earned, by kind and currency, reconciled with the ledger to the cent.
-- Grain: program x advocate x kind x currency, over the rewards in the role of an advocate.
-- balance_minor is the ledger's (grants less reversals); due_minor of it is not sent yet, paid_minor is. The advocate is
-- the person whom the posted id means today; rewards of two ids that turned out to be one person stand together.
WITH advocate_rewards AS (
    SELECT
        r.program,
        COALESCE(a.person_id, r.beneficiary_id) AS advocate_id,
        r.kind,
        r.currency,
        r.balance_minor,
        r.state IN ('issued', 'fulfilled', 'redeemed') AS is_paid,
        r.state IN ('declined', 'voided', 'clawed_back', 'expired') AS is_taken_back
    FROM reward_standings AS r
    LEFT JOIN person_aliases AS a ON r.beneficiary_id = a.alias
    WHERE r.role = 'advocate'
)

SELECT
    program,
    advocate_id,
    kind,
    currency,
    COUNT(*) AS rewards,
    CAST(SUM(CASE WHEN is_paid THEN 1 ELSE 0 END) AS BIGINT) AS paid_rewards,
    CAST(SUM(CASE WHEN is_taken_back THEN 1 ELSE 0 END) AS BIGINT) AS taken_back_rewards,
    CAST(SUM(balance_minor) AS BIGINT) AS balance_minor,
    CAST(SUM(CASE WHEN is_paid THEN 0 ELSE balance_minor END) AS BIGINT) AS due_minor,
    CAST(SUM(CASE WHEN is_paid THEN balance_minor ELSE 0 END) AS BIGINT) AS paid_minor
FROM advocate_rewards
GROUP BY program, advocate_id, kind, currency
