-- Every file that was delivered, what became of it, and how its records balance.
-- Grain: delivered file.
-- The delivered name can hold personal data and stays in the protected area. records = accepted + refused +
-- duplicates + conflicts + waiting + control_lines.
SELECT
    file_id,
    feed_id,
    kind,
    content_hash,
    declared_on,
    received_at,
    received_on,
    status,
    reason_code,
    records,
    accepted,
    refused,
    duplicates,
    conflicts,
    waiting,
    control_lines
FROM files
WHERE received_on <= $as_of
