-- The versions of each event that contend for being the event: the newest correction, else every original.
-- Grain: event_id x version_key (of one content_key).
-- Why: a correction replaces all that came before it, so only versions of the highest rank can be in conflict. `cancel`
-- beats `correct` of equal rank. A correction without an original waits: the event has no row. Sightings after the
-- as-of date are not seen. Versions that cancel do not contend: they describe nothing, they mark the event.
WITH visible_versions AS (
    SELECT
        event_id,
        content_key,
        version_key,
        action,
        received_on,
        file_id,
        record_number,
        CASE WHEN action = 'new' THEN 0 ELSE 1 END AS is_correction,
        CASE WHEN action = 'cancel' THEN 1 ELSE 0 END AS is_cancellation,
        CASE WHEN action <> 'new' THEN COALESCE(corrected_at, CAST(received_on AS TIMESTAMP)) END AS corrected_at,
        CASE WHEN action <> 'new' THEN received_on END AS correction_received_on,
        CASE WHEN last_received_on <= $as_of THEN last_received_on ELSE received_on END AS seen_on,
        CASE WHEN last_received_on <= $as_of THEN last_file_id ELSE file_id END AS seen_file_id,
        CASE WHEN last_received_on <= $as_of THEN last_record_number ELSE record_number END AS seen_record_number
    FROM fact_events
    WHERE received_on <= $as_of
),

ranked_versions AS (
    SELECT
        event_id,
        content_key,
        version_key,
        action,
        received_on,
        file_id,
        record_number,
        seen_on,
        seen_file_id,
        seen_record_number,
        RANK() OVER (
            PARTITION BY event_id, is_cancellation
            ORDER BY
                is_correction DESC,
                corrected_at DESC NULLS LAST,
                correction_received_on DESC NULLS LAST
        ) AS version_rank,
        RANK() OVER (
            PARTITION BY event_id
            ORDER BY
                is_correction DESC,
                corrected_at DESC NULLS LAST,
                correction_received_on DESC NULLS LAST,
                is_cancellation DESC
        ) AS deciding_rank,
        MIN(is_correction) OVER (PARTITION BY event_id) AS waits_for_original
    FROM visible_versions
)

SELECT
    ranked_versions.event_id,
    ranked_versions.content_key,
    ranked_versions.version_key,
    ranked_versions.received_on,
    ranked_versions.file_id,
    ranked_versions.record_number,
    ranked_versions.seen_on,
    ranked_versions.seen_file_id,
    ranked_versions.seen_record_number,
    -- When the decider is a cancellation, no describing version stands in the first deciding rank.
    MIN(ranked_versions.deciding_rank) OVER (PARTITION BY ranked_versions.event_id) > 1 AS is_cancelled
FROM ranked_versions
WHERE ranked_versions.version_rank = 1 AND ranked_versions.action <> 'cancel' AND ranked_versions.waits_for_original = 0
