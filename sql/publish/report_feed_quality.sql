-- What each feed delivered and how good it was, by day.
-- Grain: feed x day received.
-- records = accepted + refused + duplicates + conflicts + waiting + control_lines, exactly.
SELECT
    feed_id,
    received_on,
    files,
    files_loaded,
    files_refused,
    files_repeated,
    records,
    accepted,
    refused,
    duplicates,
    conflicts,
    waiting,
    control_lines,
    refused_bps,
    top_reason_code,
    top_reason_records,
    hashed_identifiers,
    unmatched_hashes,
    unnormalized_hashes,
    ambiguous_hashes
FROM report_feed_quality
