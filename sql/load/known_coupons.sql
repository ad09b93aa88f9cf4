-- What is known already of the coupons that the incoming file speaks of.
-- Grain: identity, content and version.
-- Why: outcomes and sightings are judged by identity alone, alike for every kind of fact.

SELECT
    fact.coupon_key AS identity,
    fact.content_key,
    fact.version_key,
    'new' AS action,
    CAST(NULL AS TIMESTAMP) AS corrected_at,
    fact.file_id,
    fact.record_number,
    fact.received_on,
    fact.last_file_id,
    fact.last_record_number,
    fact.last_received_on
FROM fact_coupons AS fact
WHERE fact.coupon_key IN (SELECT incoming.identity FROM incoming_records AS incoming)
