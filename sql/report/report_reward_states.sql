-- How many rewards stand in each state and for how long, by rule and kind, reconciled with the ledger.
-- Grain: program x rule x role x kind x currency x state x ageing bucket.
-- The age is counted from the day on which the reward came into its state: from its earning where it is pending, its
-- approval, its payout file, the payer's answer. due_minor is granted and not sent, as in report_reward_liability.
-- Must not: add up rows of different kinds under the currency XXX. Points, tiers and badges are no money.
WITH aged_rewards AS (
    SELECT
        program,
        rule_id,
        role,
        kind,
        currency,
        state,
        amount_minor,
        balance_minor,
        since_on,
        CAST($as_of - since_on AS BIGINT) AS age_days
    FROM reward_standings
),

bucketed_rewards AS (
    SELECT
        program,
        rule_id,
        role,
        kind,
        currency,
        state,
        amount_minor,
        balance_minor,
        since_on,
        age_days,
        CASE
            WHEN age_days <= 7 THEN '0-7'
            WHEN age_days <= 30 THEN '8-30'
            WHEN age_days <= 90 THEN '31-90'
            ELSE 'over 90'
        END AS ageing
    FROM aged_rewards
)

SELECT
    program,
    rule_id,
    role,
    kind,
    currency,
    state,
    ageing,
    COUNT(*) AS rewards,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor,
    CAST(SUM(balance_minor) AS BIGINT) AS balance_minor,
    CAST(SUM(CASE WHEN state IN ('issued', 'fulfilled', 'redeemed') THEN 0 ELSE balance_minor END) AS BIGINT)
        AS due_minor,
    MIN(since_on) AS oldest_on,
    MAX(age_days) AS oldest_days
FROM bucketed_rewards
GROUP BY program, rule_id, role, kind, currency, state, ageing
