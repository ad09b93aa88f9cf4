-- Whose a shareable (standing link) is, for those shareables that a root or a touch carries.
-- Grain: shareable × advocate × share made with it, and one row without a share from the list of advocates.
-- Why: the owner stands in the list of advocates or only in the shares; a share tells the channel besides.
WITH used_shareables AS (
    SELECT shareable_key FROM judged_roots WHERE shareable_key IS NOT NULL
    UNION
    SELECT shareable_key FROM touches WHERE shareable_key IS NOT NULL
)

SELECT
    a.shareable_key,
    a.advocate_id,
    CAST(NULL AS BIGINT) AS share_key,
    CAST(NULL AS TIMESTAMP) AS shared_at,
    CAST(NULL AS VARCHAR) AS program,
    FALSE AS is_test,
    FALSE AS incentivized
FROM used_shareables AS u
INNER JOIN advocates AS a ON u.shareable_key = a.shareable_key
WHERE a.advocate_id IS NOT NULL
UNION ALL
SELECT
    s.shareable_key,
    s.advocate_id,
    s.share_key,
    s.shared_at,
    s.program,
    s.container = 'test' AS is_test,
    COALESCE(s.incentivized, FALSE) AS incentivized
FROM used_shareables AS u
INNER JOIN shares AS s ON u.shareable_key = s.shareable_key
WHERE s.advocate_id IS NOT NULL
