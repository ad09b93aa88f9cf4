-- Events as they stand, each with its person and its journey.
-- Grain: event_id.
-- Why: the person is that of the first own identifier present that belongs to somebody. One account (else one order,
-- else the event that is named as earlier) is one journey. An event in conflict or cancelled keeps its row for the
-- reader, but has no person and no journey. Each identifier joins one row at most, so nothing multiplies. In time order.
SELECT
    standing_events.event_id,
    standing_events.event_name,
    standing_events.occurred_at,
    standing_events.occurred_on,
    standing_events.time_precision,
    CASE
        WHEN standing_events.status = 'active'
            THEN COALESCE(members.person_id, emails.person_id, phones.person_id, visitors.person_id)
    END AS person_id,
    CASE
        WHEN standing_events.status = 'active'
            THEN COALESCE(
                standing_events.account_key,
                standing_events.order_key,
                named_events.journey_id,
                standing_events.event_id
            )
    END AS journey_id,
    standing_events.email_key,
    standing_events.phone_key,
    standing_events.partner_user_key,
    standing_events.account_key,
    standing_events.visitor_key,
    standing_events.order_key,
    standing_events.partner_event_key,
    standing_events.coupon_key,
    standing_events.advocate_code_key,
    standing_events.share_key,
    standing_events.shareable_key,
    standing_events.partner_share_key,
    standing_events.advocate_partner_user_key,
    standing_events.advocate_email_key,
    standing_events.advocate_order_key,
    standing_events.advocate_person_id,
    standing_events.earlier_event_key,
    standing_events.amount_minor,
    standing_events.currency,
    standing_events.product,
    standing_events.program,
    standing_events.container,
    standing_events.owner_rank,
    standing_events.has_placeholder,
    standing_events.attributes,
    standing_events.status,
    standing_events.file_id,
    standing_events.record_number,
    standing_events.received_on
FROM standing_events
LEFT JOIN component_identifiers AS members ON standing_events.partner_user_key = members.identifier_key
LEFT JOIN component_identifiers AS emails ON standing_events.email_key = emails.identifier_key
LEFT JOIN component_identifiers AS phones ON standing_events.phone_key = phones.identifier_key
LEFT JOIN component_identifiers AS visitors ON standing_events.visitor_key = visitors.identifier_key
LEFT JOIN named_events ON standing_events.event_id = named_events.event_id
ORDER BY standing_events.occurred_at, standing_events.event_id
