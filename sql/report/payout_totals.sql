-- What is due, issued and fulfilled in all, by the state of the reconciliation.
-- Grain: program x kind x currency x state.
-- Why with what is settled: the totals of due must be the ledger's, and those of issued the payout files', to the cent.
-- Why by kind: points, tiers and badges share the currency XXX, and their sum would be a number of nothing.
SELECT
    program,
    kind,
    currency,
    state,
    COUNT(*) AS rewards,
    CAST(SUM(due_minor) AS BIGINT) AS due_minor,
    CAST(SUM(issued_minor) AS BIGINT) AS issued_minor,
    CAST(SUM(fulfilled_minor) AS BIGINT) AS fulfilled_minor,
    MIN(open_since_on) AS oldest_on,
    MAX(age_days) AS oldest_days
FROM reconciled_rewards
GROUP BY program, kind, currency, state
