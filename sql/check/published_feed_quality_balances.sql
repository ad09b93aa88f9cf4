-- Feeds and days whose records are not all in exactly one of the counts.
-- Grain: feed x day received; no rows when the check holds.
SELECT
    feed_id,
    received_on,
    records,
    accepted + refused + duplicates + conflicts + waiting + control_lines AS counted
FROM report_feed_quality
WHERE records <> accepted + refused + duplicates + conflicts + waiting + control_lines
