-- What operators granted by hand, as far as the as-of date shows it, and the act that withdrew it since.
-- Grain: reward_id.
-- Why the first act: program and reference make the id, so that the same grant given twice is one reward. The person is
-- the one whom the act's id means now; once it is posted, the ledger keeps whom it named. A grant fills no slot and no
-- limit of a rule: what an operator gives takes nothing from what the terms promise.
WITH granted_rewards AS (
    SELECT
        journal_number, acted_on, operator_id, subject_id, arguments, reason_code,
        ROW_NUMBER() OVER (PARTITION BY subject_id ORDER BY journal_number) AS act_rank
    FROM operator_acts
    WHERE act = 'reward_granted' AND acted_on <= $as_of
),

withdrawn_rewards AS (
    SELECT
        journal_number, acted_on, subject_id, reason_code,
        ROW_NUMBER() OVER (PARTITION BY subject_id ORDER BY journal_number) AS act_rank
    FROM operator_acts
    WHERE act = 'reward_withdrawn' AND acted_on <= $as_of
),

named_grants AS (
    SELECT
        journal_number, acted_on, operator_id, subject_id, reason_code,
        JSON_EXTRACT_STRING(arguments, '$.program') AS program,
        JSON_EXTRACT_STRING(arguments, '$.role') AS role,
        CAST(JSON_EXTRACT_STRING(arguments, '$.person_id') AS BIGINT) AS person_id,
        CAST(JSON_EXTRACT_STRING(arguments, '$.journey_id') AS BIGINT) AS journey_id,
        CAST(JSON_EXTRACT_STRING(arguments, '$.event_id') AS BIGINT) AS event_id,
        JSON_EXTRACT_STRING(arguments, '$.kind') AS reward_kind,
        JSON_EXTRACT_STRING(arguments, '$.name') AS reward_name,
        CAST(JSON_EXTRACT_STRING(arguments, '$.amount_minor') AS BIGINT) AS amount_minor,
        JSON_EXTRACT_STRING(arguments, '$.currency') AS currency
    FROM granted_rewards
    WHERE act_rank = 1
)

SELECT
    g.subject_id AS reward_id,
    'manual' AS rule_id,
    'manual' AS rule_version,
    g.program,
    g.role,
    COALESCE(p.person_id, g.person_id) AS beneficiary_id,
    CAST(NULL AS BIGINT) AS friend_id,
    g.journey_id,
    g.event_id,
    CAST(NULL AS BIGINT) AS root_event_id,
    CAST(NULL AS BIGINT) AS slot_journey_id,
    CAST(NULL AS INTEGER) AS slot_ordinal,
    g.reward_kind,
    g.reward_name,
    g.amount_minor,
    g.currency,
    g.acted_on AS earned_on,
    g.acted_on AS release_on,
    g.operator_id,
    CONCAT('act:', CAST(g.journal_number AS VARCHAR)) AS granted_by,
    g.reason_code,
    CASE WHEN w.journal_number IS NOT NULL THEN CONCAT('act:', CAST(w.journal_number AS VARCHAR)) END AS withdrawn_by,
    w.acted_on AS withdrawn_on,
    w.reason_code AS withdrawn_reason
FROM named_grants AS g
LEFT JOIN withdrawn_rewards AS w ON g.subject_id = w.subject_id AND w.act_rank = 1
LEFT JOIN person_aliases AS p ON g.person_id = p.alias
