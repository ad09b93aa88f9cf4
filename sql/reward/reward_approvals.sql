-- The approvals and declines of rewards, by file and by operators, as far as the as-of date shows them.
-- Grain: approval or operator's act.
-- Why: of several versions of one approval the last that arrived counts, as for every entity. To pay a failed reward
-- again is to approve it again.
WITH ranked_approvals AS (
    SELECT
        approval_id,
        reward_id,
        decision,
        decided_on,
        reason_code,
        ROW_NUMBER() OVER (
            PARTITION BY approval_id
            ORDER BY last_received_on DESC, last_file_id DESC, last_record_number DESC, version_key
        ) AS version_rank
    FROM fact_approvals
    WHERE received_on <= $as_of AND decided_on <= $as_of
)

SELECT
    reward_id,
    decision,
    decided_on,
    CONCAT('approval:', CAST(approval_id AS VARCHAR)) AS caused_by,
    reason_code,
    CAST(NULL AS VARCHAR) AS operator_id
FROM ranked_approvals
WHERE version_rank = 1 AND reward_id IS NOT NULL
UNION ALL
SELECT
    subject_id AS reward_id,
    CASE WHEN act = 'reward_declined' THEN 'decline' ELSE 'approve' END AS decision,
    acted_on AS decided_on,
    CONCAT('act:', CAST(journal_number AS VARCHAR)) AS caused_by,
    reason_code,
    operator_id
FROM operator_acts
WHERE act IN ('reward_approved', 'reward_declined', 'reward_retried') AND acted_on <= $as_of AND subject_id IS NOT NULL
