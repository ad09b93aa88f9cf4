-- Recipients of shares.
-- Grain: email_id (share x recipient).
-- Why: kept as they stand and matched by key: a recipient's address may be carried by several persons. In time order.
SELECT
    email_id,
    share_key,
    recipient_email_key,
    recipient_phone_key,
    sent_at,
    sent_on,
    container,
    file_id,
    record_number
FROM standing_emails
ORDER BY sent_at, email_id
