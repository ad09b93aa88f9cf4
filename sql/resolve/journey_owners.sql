-- The friends of a journey: everybody whom an own identifier of its events names.
-- Grain: journey_id x person_id.
-- Why: owners of a joint account are friends of one journey; evidence of each counts, and none of them can refer it.
WITH own_identifiers AS (
    SELECT event_id, partner_user_key AS identifier_key FROM events
    UNION ALL
    SELECT event_id, email_key FROM events
    UNION ALL
    SELECT event_id, phone_key FROM events
    UNION ALL
    SELECT event_id, visitor_key FROM events
)

SELECT DISTINCT
    journey_events.journey_id,
    component_identifiers.person_id
FROM journey_events
INNER JOIN own_identifiers ON journey_events.event_id = own_identifiers.event_id
INNER JOIN component_identifiers ON own_identifiers.identifier_key = component_identifiers.identifier_key
WHERE journey_events.counts
