-- The versions of one event that contend, in the order in which they came.
-- Grain: version.
SELECT
    v.version_key,
    v.content_key,
    v.file_id,
    v.record_number,
    v.received_on,
    v.action,
    v.occurred_at,
    v.amount_minor,
    v.currency,
    v.product,
    v.account_key,
    v.partner_user_key,
    v.email_key
FROM vault.event_versions AS v
WHERE v.event_id = $event_id
ORDER BY v.received_on, v.file_id, v.record_number, v.version_key
