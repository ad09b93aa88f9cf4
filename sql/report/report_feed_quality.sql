-- What each feed delivered and how good it was, by day.
-- Grain: feed x day received.
-- records = accepted + refused + duplicates + conflicts + waiting + control_lines, exactly. The top reason is the most
-- frequent reason of refusal of that feed on that day (ties: the first by name); a record refused twice counts once.
WITH visible_files AS (
    SELECT
        file_id,
        feed_id,
        received_on,
        status,
        records,
        accepted,
        refused,
        duplicates,
        conflicts,
        waiting,
        control_lines
    FROM files
    WHERE received_on <= $as_of
),

reasons AS (
    SELECT
        f.feed_id,
        f.received_on,
        r.reason_code,
        COUNT(DISTINCT f.file_id || ':' || CAST(r.record_number AS VARCHAR)) AS reason_records
    FROM refusals AS r
    INNER JOIN visible_files AS f ON r.file_id = f.file_id
    GROUP BY f.feed_id, f.received_on, r.reason_code
),

ranked_reasons AS (
    SELECT
        feed_id,
        received_on,
        reason_code,
        reason_records,
        ROW_NUMBER() OVER (
            PARTITION BY feed_id, received_on
            ORDER BY reason_records DESC, reason_code
        ) AS reason_rank
    FROM reasons
),

hash_days AS (
    SELECT
        f.feed_id,
        f.received_on,
        CAST(SUM(h.hashed_identifiers) AS BIGINT) AS hashed_identifiers,
        CAST(SUM(h.unmatched_hashes) AS BIGINT) AS unmatched_hashes,
        CAST(SUM(h.unnormalized_hashes) AS BIGINT) AS unnormalized_hashes,
        CAST(SUM(h.ambiguous_hashes) AS BIGINT) AS ambiguous_hashes
    FROM file_hashes AS h
    INNER JOIN visible_files AS f ON h.file_id = f.file_id
    GROUP BY f.feed_id, f.received_on
),

feed_days AS (
    SELECT
        feed_id,
        received_on,
        COUNT(*) AS files,
        CAST(SUM(CASE WHEN status = 'loaded' THEN 1 ELSE 0 END) AS BIGINT) AS files_loaded,
        CAST(SUM(CASE WHEN status = 'refused' THEN 1 ELSE 0 END) AS BIGINT) AS files_refused,
        CAST(SUM(CASE WHEN status IN ('duplicate', 'superseded') THEN 1 ELSE 0 END) AS BIGINT) AS files_repeated,
        CAST(SUM(COALESCE(records, 0)) AS BIGINT) AS records,
        CAST(SUM(COALESCE(accepted, 0)) AS BIGINT) AS accepted,
        CAST(SUM(COALESCE(refused, 0)) AS BIGINT) AS refused,
        CAST(SUM(COALESCE(duplicates, 0)) AS BIGINT) AS duplicates,
        CAST(SUM(COALESCE(conflicts, 0)) AS BIGINT) AS conflicts,
        CAST(SUM(COALESCE(waiting, 0)) AS BIGINT) AS waiting,
        CAST(SUM(COALESCE(control_lines, 0)) AS BIGINT) AS control_lines
    FROM visible_files
    GROUP BY feed_id, received_on
)

SELECT
    d.feed_id,
    d.received_on,
    d.files,
    d.files_loaded,
    d.files_refused,
    d.files_repeated,
    d.records,
    d.accepted,
    d.refused,
    d.duplicates,
    d.conflicts,
    d.waiting,
    d.control_lines,
    CASE WHEN d.records > 0 THEN CAST(10000 * d.refused // d.records AS BIGINT) END AS refused_bps,
    t.reason_code AS top_reason_code,
    t.reason_records AS top_reason_records,
    COALESCE(h.hashed_identifiers, 0) AS hashed_identifiers,
    COALESCE(h.unmatched_hashes, 0) AS unmatched_hashes,
    COALESCE(h.unnormalized_hashes, 0) AS unnormalized_hashes,
    COALESCE(h.ambiguous_hashes, 0) AS ambiguous_hashes
FROM feed_days AS d
LEFT JOIN hash_days AS h ON d.feed_id = h.feed_id AND d.received_on = h.received_on
LEFT JOIN ranked_reasons AS t
    ON d.feed_id = t.feed_id AND d.received_on = t.received_on AND t.reason_rank = 1
