-- Every recipient that an advocate shared to: one row per share and address or phone number.
-- Grain: share and recipient.
-- person_id is the recipient's person; an address that several persons carry stands as a person of its own.
WITH recipients AS (
    SELECT
        identifier_key,
        person_id
    FROM person_identifiers
    WHERE NOT is_shared
)

SELECT
    m.email_id,
    m.share_key AS share_id,
    s.advocate_id,
    COALESCE(a.person_id, b.person_id) AS person_id,
    s.program,
    s.campaign,
    s.channel,
    s.promotion_source,
    m.sent_at,
    m.sent_on,
    m.container,
    m.file_id,
    m.record_number
FROM emails AS m
LEFT JOIN shares AS s ON m.share_key = s.share_key
LEFT JOIN recipients AS a ON m.recipient_email_key = a.identifier_key
LEFT JOIN recipients AS b ON m.recipient_phone_key = b.identifier_key
