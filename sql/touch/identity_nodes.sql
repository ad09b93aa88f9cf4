-- The identifiers that stand on changed records, and those that share a test record with one.
-- Grain: identifier_key.
-- Why: a test record links only identifiers that no production record has seen, so whether one was seen touches the
-- links of all that stand beside it on test records.
WITH named_identifiers AS (
    SELECT partner_user_key AS identifier_key FROM changed_standing_events
    UNION
    SELECT email_key FROM changed_standing_events
    UNION
    SELECT phone_key FROM changed_standing_events
    UNION
    SELECT visitor_key FROM changed_standing_events
    UNION
    SELECT advocate_partner_user_key FROM changed_standing_events
    UNION
    SELECT advocate_email_key FROM changed_standing_events
    UNION
    SELECT email_key FROM changed_standing_clicks
    UNION
    SELECT visitor_key FROM changed_standing_clicks
    UNION
    SELECT partner_user_key FROM changed_standing_advocates
    UNION
    SELECT email_key FROM changed_standing_advocates
    UNION
    SELECT phone_key FROM changed_standing_advocates
    UNION
    SELECT partner_user_key FROM changed_standing_persons
    UNION
    SELECT email_key FROM changed_standing_persons
    UNION
    SELECT phone_key FROM changed_standing_persons
    UNION
    SELECT same_person_key FROM changed_standing_persons
    UNION
    SELECT partner_user_key FROM changed_standing_audience
    UNION
    SELECT email_key FROM changed_standing_audience
    UNION
    SELECT phone_key FROM changed_standing_audience
    UNION
    SELECT advocate_partner_user_key FROM changed_standing_shares
    UNION
    SELECT advocate_email_key FROM changed_standing_shares
    UNION
    SELECT recipient_email_key FROM changed_standing_emails
    UNION
    SELECT recipient_phone_key FROM changed_standing_emails
    UNION
    SELECT advocate_partner_user_key FROM changed_standing_coupons
    UNION
    SELECT advocate_email_key FROM changed_standing_coupons
    UNION
    SELECT issued_to_email_key FROM changed_standing_coupons
),

test_records AS (
    SELECT partner_user_key, email_key, phone_key, visitor_key
    FROM standing_events
    WHERE container = 'test' AND status = 'active'
    UNION ALL
    SELECT CAST(NULL AS BIGINT), email_key, CAST(NULL AS BIGINT), visitor_key
    FROM standing_clicks
    WHERE container = 'test'
),

beside_named AS (
    SELECT test_records.partner_user_key, test_records.email_key, test_records.phone_key
    FROM test_records
    INNER JOIN named_identifiers ON test_records.partner_user_key = named_identifiers.identifier_key
    UNION ALL
    SELECT test_records.partner_user_key, test_records.email_key, test_records.phone_key
    FROM test_records
    INNER JOIN named_identifiers ON test_records.email_key = named_identifiers.identifier_key
    UNION ALL
    SELECT test_records.partner_user_key, test_records.email_key, test_records.phone_key
    FROM test_records
    INNER JOIN named_identifiers ON test_records.phone_key = named_identifiers.identifier_key
    UNION ALL
    SELECT test_records.partner_user_key, test_records.email_key, test_records.phone_key
    FROM test_records
    INNER JOIN named_identifiers ON test_records.visitor_key = named_identifiers.identifier_key
)

SELECT identifier_key FROM named_identifiers WHERE identifier_key IS NOT NULL
UNION
SELECT partner_user_key FROM beside_named WHERE partner_user_key IS NOT NULL
UNION
SELECT email_key FROM beside_named WHERE email_key IS NOT NULL
UNION
SELECT phone_key FROM beside_named WHERE phone_key IS NOT NULL
