-- Members of dated lists, as delivered.
-- Grain: list, member and version.
-- list_change is add or remove for a member of a list that only changes the standing one, else NULL: a whole list.
-- Why: one row per version ever seen, with its first and last sighting, so that the order of arrival decides nothing.
SELECT
    CAST(NULL AS BIGINT) AS audience_record_id,
    CAST(NULL AS VARCHAR) AS purpose,
    CAST(NULL AS DATE) AS list_on,
    CAST(NULL AS VARCHAR) AS list_change,
    CAST(NULL AS BIGINT) AS partner_user_key,
    CAST(NULL AS BIGINT) AS email_key,
    CAST(NULL AS BIGINT) AS phone_key,
    CAST(NULL AS VARCHAR) AS file_id,
    CAST(NULL AS BIGINT) AS record_number,
    CAST(NULL AS DATE) AS received_on,
    CAST(NULL AS BIGINT) AS facts_seq,
    CAST(NULL AS VARCHAR) AS last_file_id,
    CAST(NULL AS BIGINT) AS last_record_number,
    CAST(NULL AS DATE) AS last_received_on,
    CAST(NULL AS BIGINT) AS content_key,
    CAST(NULL AS BIGINT) AS version_key
WHERE FALSE
