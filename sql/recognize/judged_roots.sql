-- The root of each journey in each program that judges it, with all that the root says about an advocate.
-- Grain: journey × program.
-- Why: evidence is matched at the root only; every other event of the journey inherits its decision.
SELECT
    r.journey_id,
    r.program,
    r.root_event_id,
    r.person_id,
    COALESCE(r.person_id, r.root_event_id) AS friend_key,
    r.root_at,
    r.root_on,
    r.container,
    e.event_name,
    e.coupon_key,
    e.advocate_code_key,
    e.share_key,
    e.shareable_key,
    e.partner_share_key,
    e.advocate_partner_user_key,
    e.advocate_email_key,
    e.advocate_order_key,
    e.advocate_person_id,
    e.has_placeholder,
    p.tie_break,
    p.exclusive_group,
    p.relationship_mode,
    p.relationship_days,
    p.explain_days
FROM journey_roots AS r
INNER JOIN events AS e ON r.root_event_id = e.event_id
INNER JOIN config_programs AS p ON r.program = p.program
