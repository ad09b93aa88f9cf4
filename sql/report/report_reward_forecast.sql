-- What will fall due and when: what is owed now, what is pending, and at most what may still be earned, by month.
-- Grain: program x rule x role x kind x currency x month x basis; month_on is the first day of the month.
-- Basis due: approved or failed, owed in the month of the as-of date. Basis pending: earned, in the month of its release
-- (one that waits for a person beyond it stands in the month of the as-of date). due and pending make up what is owed
-- by the ledger, to the cent. Basis waiting: a recognized journey that can still meet the rule, at most its greatest
-- amount, in the month of the first open deadline plus the pending days; without a deadline the month is empty. A reward
-- whose greatest amount nobody can know (a percentage without a cap) is counted in unpriced and adds no amount.
-- Why at most: deadlines pass, limits and budgets turn claims away, and once_per lets only one of several through.
WITH owed_rewards AS (
    SELECT
        program,
        rule_id,
        role,
        kind,
        currency,
        CASE WHEN state = 'pending' THEN 'pending' ELSE 'due' END AS basis,
        CASE WHEN state = 'pending' AND release_on > $as_of THEN release_on ELSE $as_of END AS due_on,
        0 AS unpriced,
        balance_minor AS amount_minor
    FROM reward_standings
    WHERE state IN ('pending', 'approved', 'failed')
),

waiting_cases AS (
    SELECT
        program,
        rule_id,
        rule_version,
        role,
        slot_id,
        MIN(CASE WHEN outcome = 'open' THEN deadline_on END) AS deadline_on
    FROM reward_decisions
    WHERE status = 'waiting' AND container = 'production'
    GROUP BY program, rule_id, rule_version, role, slot_id
),

expected_rewards AS (
    SELECT program, rule_id, role, kind, currency, basis, due_on, unpriced, amount_minor
    FROM owed_rewards
    UNION ALL
    SELECT
        w.program,
        w.rule_id,
        w.role,
        p.kind,
        p.currency,
        'waiting' AS basis,
        CASE WHEN w.deadline_on + p.pending_days < $as_of THEN $as_of ELSE w.deadline_on + p.pending_days END AS due_on,
        CASE WHEN p.most_minor IS NULL THEN 1 ELSE 0 END AS unpriced,
        COALESCE(p.most_minor, 0) AS amount_minor
    FROM waiting_cases AS w
    INNER JOIN rule_prices AS p ON w.rule_version = p.rule_version
)

SELECT
    program,
    rule_id,
    role,
    kind,
    currency,
    CAST(DATE_TRUNC('month', due_on) AS DATE) AS month_on,
    basis,
    COUNT(*) AS rewards,
    CAST(SUM(unpriced) AS BIGINT) AS unpriced,
    CAST(SUM(amount_minor) AS BIGINT) AS amount_minor
FROM expected_rewards
GROUP BY program, rule_id, role, kind, currency, CAST(DATE_TRUNC('month', due_on) AS DATE), basis
