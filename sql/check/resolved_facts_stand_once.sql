-- Shares, clicks, recipients and coupons with several rows.
-- Grain: fact table x id; no rows when the check holds.
-- Why: each joins to up to five identifiers; one that meant two persons would multiply the evidence.
SELECT
    'shares' AS fact,
    share_key AS fact_id,
    COUNT(*) AS copies
FROM shares
GROUP BY share_key
HAVING COUNT(*) > 1
UNION ALL
SELECT 'clicks', click_key, COUNT(*) FROM clicks GROUP BY click_key HAVING COUNT(*) > 1
UNION ALL
SELECT 'emails', email_id, COUNT(*) FROM emails GROUP BY email_id HAVING COUNT(*) > 1
UNION ALL
SELECT 'coupons', coupon_key, COUNT(*) FROM coupons GROUP BY coupon_key HAVING COUNT(*) > 1
