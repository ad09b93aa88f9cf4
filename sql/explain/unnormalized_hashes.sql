-- The feeds whose files of one day hold hashes of known addresses or numbers that nobody normalized first.
-- Grain: feed.
-- Why: such a hash matches nobody until its sender mends it, and looks like any other.
SELECT
    f.feed_id,
    CAST(SUM(h.hashed_identifiers) AS BIGINT) AS hashed_identifiers,
    CAST(SUM(h.unnormalized_hashes) AS BIGINT) AS unnormalized_hashes
FROM file_hashes AS h
INNER JOIN files AS f ON h.file_id = f.file_id
WHERE f.received_on = $as_of
GROUP BY f.feed_id
HAVING SUM(h.unnormalized_hashes) > 0
ORDER BY f.feed_id
