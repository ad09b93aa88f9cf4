-- Candidates that rest on an identifier that their root does not carry, or on an owner that the journey does not have.
-- Grain: candidate; no rows when the check holds.
-- Why: placeholders are stored as missing, and a missing identifier equal to another missing one would merge strangers.
WITH owned_journeys AS (
    SELECT DISTINCT journey_id
    FROM journey_owners
)

SELECT
    c.event_id,
    c.program,
    c.recognition_type,
    c.on_event
FROM recognition_candidates AS c
INNER JOIN events AS e ON c.event_id = e.event_id
LEFT JOIN owned_journeys AS o ON e.journey_id = o.journey_id
WHERE
    (NOT c.on_event AND o.journey_id IS NULL)
    OR (c.recognition_type = 'COUPON_CODE' AND e.coupon_key IS NULL)
    OR (c.on_event AND c.recognition_type = 'SHARE_ID' AND e.share_key IS NULL)
    OR (c.on_event AND c.recognition_type = 'SHAREABLE_ID' AND e.shareable_key IS NULL)
    OR (
        c.on_event AND c.recognition_type = 'INCENTIVIZED_SHARE'
        AND e.share_key IS NULL AND e.shareable_key IS NULL
    )
    OR (c.recognition_type = 'PARTNER_SHARE_ID' AND e.partner_share_key IS NULL)
    OR (c.recognition_type = 'ADVOCATE_CODE' AND e.advocate_code_key IS NULL)
    OR (c.recognition_type = 'ADVOCATE_PARTNER_USER_ID' AND e.advocate_partner_user_key IS NULL)
    OR (c.recognition_type = 'ADVOCATE_EMAIL' AND e.advocate_email_key IS NULL)
    OR (c.recognition_type = 'ADVOCATE_ORDER_ID' AND e.advocate_order_key IS NULL)
    OR (c.recognition_type = 'ADVOCATE' AND e.advocate_person_id IS NULL)
