-- The journeys whose candidates new evidence can change, from whichever side it came.
-- Grain: journey_id.
-- Why: evidence meets a root on the root's own words, or through a friend: what the friend clicked, received, or is
-- called. So a changed share, click, coupon or person is followed to every journey that it can mean. Acts of support
-- are few: their journeys are judged anew each time.
WITH touched_persons AS (
    SELECT person_id FROM changed_person_identifiers
    UNION
    SELECT person_identifiers.person_id
    FROM person_identifiers
    INNER JOIN changed_person_identifiers
        ON person_identifiers.identifier_key = changed_person_identifiers.identifier_key
    UNION
    SELECT person_id FROM changed_clicks
    UNION
    SELECT person_id FROM changed_events
),

touched_identifiers AS (
    SELECT email_key AS identifier_key FROM changed_clicks
    UNION
    SELECT email_key FROM changed_events
    UNION
    SELECT recipient_email_key FROM changed_emails
    UNION
    SELECT recipient_phone_key FROM changed_emails
    UNION
    SELECT emails.recipient_email_key
    FROM emails
    INNER JOIN changed_shares ON emails.share_key = changed_shares.share_key
    UNION
    SELECT emails.recipient_phone_key
    FROM emails
    INNER JOIN changed_shares ON emails.share_key = changed_shares.share_key
),

friends AS (
    SELECT person_id FROM touched_persons
    UNION
    SELECT person_identifiers.person_id
    FROM person_identifiers
    INNER JOIN touched_identifiers ON person_identifiers.identifier_key = touched_identifiers.identifier_key
),

used_coupons AS (
    SELECT coupon_key FROM changed_coupons
    UNION
    SELECT coupon_key FROM changed_events
    UNION
    SELECT coupons.coupon_key
    FROM coupons
    INNER JOIN changed_shares ON coupons.share_key = changed_shares.share_key
)

SELECT journey_id FROM changed_judged_roots
UNION
SELECT journey_id FROM changed_journey_owners
UNION
SELECT journey_id FROM changed_events
WHERE journey_id IS NOT NULL
UNION
SELECT journey_owners.journey_id
FROM journey_owners
INNER JOIN friends ON journey_owners.person_id = friends.person_id
UNION
SELECT judged_roots.journey_id
FROM judged_roots
INNER JOIN used_coupons ON judged_roots.coupon_key = used_coupons.coupon_key
UNION
SELECT judged_roots.journey_id
FROM judged_roots
INNER JOIN changed_shares ON judged_roots.share_key = changed_shares.share_key
UNION
SELECT judged_roots.journey_id
FROM judged_roots
INNER JOIN changed_shares ON judged_roots.partner_share_key = changed_shares.partner_share_key
UNION
SELECT judged_roots.journey_id
FROM judged_roots
INNER JOIN changed_shares ON judged_roots.shareable_key = changed_shares.shareable_key
UNION
SELECT touches.journey_id
FROM touches
INNER JOIN changed_shares ON touches.share_key = changed_shares.share_key
UNION
SELECT touches.journey_id
FROM touches
INNER JOIN changed_shares ON touches.shareable_key = changed_shares.shareable_key
UNION
SELECT judged_roots.journey_id
FROM judged_roots
INNER JOIN changed_advocates ON judged_roots.advocate_code_key = changed_advocates.advocate_code_key
UNION
SELECT judged_roots.journey_id
FROM judged_roots
INNER JOIN changed_advocates ON judged_roots.shareable_key = changed_advocates.shareable_key
UNION
SELECT touches.journey_id
FROM touches
INNER JOIN changed_advocates ON touches.shareable_key = changed_advocates.shareable_key
UNION
SELECT judged_roots.journey_id
FROM judged_roots
INNER JOIN changed_person_identifiers
    ON judged_roots.advocate_partner_user_key = changed_person_identifiers.identifier_key
UNION
SELECT judged_roots.journey_id
FROM judged_roots
INNER JOIN changed_person_identifiers ON judged_roots.advocate_email_key = changed_person_identifiers.identifier_key
UNION
SELECT judged_roots.journey_id
FROM judged_roots
INNER JOIN changed_events ON judged_roots.advocate_order_key = changed_events.order_key
UNION
SELECT judged_roots.journey_id
FROM judged_roots
INNER JOIN changed_person_aliases ON judged_roots.advocate_person_id = changed_person_aliases.alias
UNION
SELECT events.journey_id
FROM operator_acts
INNER JOIN events ON CAST(JSON_EXTRACT_STRING(operator_acts.arguments, '$.event_id') AS BIGINT) = events.event_id
WHERE
    operator_acts.act = 'recognition_added'
    AND operator_acts.acted_on <= $as_of
    AND events.journey_id IS NOT NULL
