-- Which advocate was recognized for an event, and from when to when that was the decision.
-- Grain: decision and period.
-- Why: decisions change when evidence comes late; what was decided when must stay explainable.
SELECT
    CAST(NULL AS BIGINT) AS event_id,
    CAST(NULL AS VARCHAR) AS program,
    CAST(NULL AS BIGINT) AS advocate_id,
    CAST(NULL AS VARCHAR) AS recognition_type,
    CAST(NULL AS DATE) AS decided_as_of,
    CAST(NULL AS DATE) AS superseded_as_of
WHERE FALSE
