-- The keys that each event carried, for finding it by order, coupon, share or advocate; protected area only.
-- Grain: event.
SELECT
    event_id,
    email_key,
    phone_key,
    partner_user_key,
    account_key,
    visitor_key,
    order_key,
    partner_event_key,
    coupon_key,
    advocate_code_key,
    share_key,
    shareable_key,
    partner_share_key,
    advocate_partner_user_key,
    advocate_email_key,
    advocate_order_key,
    advocate_person_id
FROM events
