-- Rewards in the ledger as granted by hand that no operator's act gives so: another program, side, kind, amount, currency.
-- Grain: entry; no rows when the check holds.
-- Why from the acts: what a person gives is the only money that no rule explains, so that each entry names who gave it.
WITH given_rewards AS (
    SELECT
        subject_id,
        CONCAT('act:', CAST(journal_number AS VARCHAR)) AS granted_by,
        JSON_EXTRACT_STRING(arguments, '$.program') AS program,
        JSON_EXTRACT_STRING(arguments, '$.role') AS role,
        JSON_EXTRACT_STRING(arguments, '$.kind') AS reward_kind,
        CAST(JSON_EXTRACT_STRING(arguments, '$.amount_minor') AS BIGINT) AS amount_minor,
        JSON_EXTRACT_STRING(arguments, '$.currency') AS currency
    FROM operator_acts
    WHERE act = 'reward_granted'
)

SELECT
    e.entry_id,
    e.reward_id,
    e.caused_by,
    e.amount_minor
FROM reward_entries AS e
LEFT JOIN given_rewards AS g
    ON
        e.reward_id = g.subject_id
        AND e.caused_by = g.granted_by
        AND e.program = g.program
        AND e.role = g.role
        AND e.reward_kind = g.reward_kind
        AND e.amount_minor = g.amount_minor
        AND e.currency = g.currency
WHERE e.rule_version = 'manual' AND e.entry_kind = 'earned' AND g.subject_id IS NULL
