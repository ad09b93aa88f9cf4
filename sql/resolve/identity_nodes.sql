-- Every identifier of a kind that can link persons, wherever it was seen: own, advocate's or recipient's.
-- Grain: identifier_key.
-- Why: a person can be known only by being named (an advocate on a share, a recipient). Account, order, coupon, code
-- and share ids never name a person and must not stand here.
WITH sightings AS (
    SELECT
        partner_user_key AS identifier_key,
        'partner_user_id' AS kind,
        first_seen_at AS seen_at,
        first_seen_on AS seen_on,
        in_production
    FROM own_records
    UNION ALL
    SELECT email_key, 'email', first_seen_at, first_seen_on, in_production FROM own_records
    UNION ALL
    SELECT phone_key, 'phone', first_seen_at, first_seen_on, in_production FROM own_records
    UNION ALL
    SELECT visitor_key, 'visitor_id', first_seen_at, first_seen_on, in_production FROM own_records
    UNION ALL
    SELECT advocate_partner_user_key, 'partner_user_id', occurred_at, occurred_on, container <> 'test'
    FROM standing_events
    WHERE status = 'active'
    UNION ALL
    SELECT advocate_email_key, 'email', occurred_at, occurred_on, container <> 'test'
    FROM standing_events
    WHERE status = 'active'
    UNION ALL
    SELECT advocate_partner_user_key, 'partner_user_id', shared_at, shared_on, container <> 'test' FROM standing_shares
    UNION ALL
    SELECT advocate_email_key, 'email', shared_at, shared_on, container <> 'test' FROM standing_shares
    UNION ALL
    SELECT recipient_email_key, 'email', sent_at, sent_on, container <> 'test' FROM standing_emails
    UNION ALL
    SELECT recipient_phone_key, 'phone', sent_at, sent_on, container <> 'test' FROM standing_emails
    UNION ALL
    SELECT advocate_partner_user_key, 'partner_user_id', issued_at, issued_on, TRUE FROM standing_coupons
    UNION ALL
    SELECT advocate_email_key, 'email', issued_at, issued_on, TRUE FROM standing_coupons
    UNION ALL
    SELECT issued_to_email_key, 'email', issued_at, issued_on, TRUE FROM standing_coupons
    UNION ALL
    SELECT same_person_key, 'partner_user_id', CAST(NULL AS TIMESTAMP), CAST(NULL AS DATE), TRUE FROM standing_persons
)

SELECT
    identifier_key,
    MIN(kind) AS kind,
    MIN(seen_at) AS first_seen_at,
    MIN(seen_on) AS first_seen_on,
    BOOL_OR(in_production) AS in_production
FROM sightings
WHERE identifier_key IS NOT NULL
GROUP BY identifier_key
