-- Every version of every reward rule that was ever in force.
-- Grain: rule version.
-- Why: a posted reward is judged only by its posted version.
SELECT
    CAST(NULL AS VARCHAR) AS rule_id,
    CAST(NULL AS VARCHAR) AS rule_version,
    CAST(NULL AS VARCHAR) AS program,
    CAST(NULL AS VARCHAR) AS text,
    CAST(NULL AS DATE) AS from_on,
    CAST(NULL AS DATE) AS until_on,
    CAST(NULL AS DATE) AS first_used_as_of
WHERE FALSE
