-- The events that stand otherwise than before, or whose person or journey can have changed.
-- Grain: event_id.
-- Why: the person is read from the event's own identifiers, so a changed identifier touches every event that carries
-- it.
SELECT event_id FROM changed_standing_events
UNION
SELECT event_id FROM changed_named_events
UNION
SELECT standing_events.event_id
FROM standing_events
INNER JOIN changed_component_identifiers
    ON standing_events.partner_user_key = changed_component_identifiers.identifier_key
UNION
SELECT standing_events.event_id
FROM standing_events
INNER JOIN changed_component_identifiers ON standing_events.email_key = changed_component_identifiers.identifier_key
UNION
SELECT standing_events.event_id
FROM standing_events
INNER JOIN changed_component_identifiers ON standing_events.phone_key = changed_component_identifiers.identifier_key
UNION
SELECT standing_events.event_id
FROM standing_events
INNER JOIN changed_component_identifiers ON standing_events.visitor_key = changed_component_identifiers.identifier_key
