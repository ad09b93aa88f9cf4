-- The journeys whose events changed, or whose events carry an identifier whose person changed.
-- Grain: journey_id.
-- Why: its events' owners, its root and whether a test row counts are judged within the journey. Every own identifier of
-- its events makes an owner, not only that by which an event has its person.
SELECT journey_id FROM changed_events WHERE journey_id IS NOT NULL
UNION
SELECT events.journey_id
FROM events
INNER JOIN changed_component_identifiers ON events.partner_user_key = changed_component_identifiers.identifier_key
WHERE events.journey_id IS NOT NULL
UNION
SELECT events.journey_id
FROM events
INNER JOIN changed_component_identifiers ON events.email_key = changed_component_identifiers.identifier_key
WHERE events.journey_id IS NOT NULL
UNION
SELECT events.journey_id
FROM events
INNER JOIN changed_component_identifiers ON events.phone_key = changed_component_identifiers.identifier_key
WHERE events.journey_id IS NOT NULL
UNION
SELECT events.journey_id
FROM events
INNER JOIN changed_component_identifiers ON events.visitor_key = changed_component_identifiers.identifier_key
WHERE events.journey_id IS NOT NULL
