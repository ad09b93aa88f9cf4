-- The records of customers that changed, or whose identifiers changed hands.
-- Grain: person_record_id.
-- Why: a record describes the person of its identifiers.
SELECT person_record_id FROM changed_standing_persons
UNION
SELECT standing_persons.person_record_id
FROM standing_persons
INNER JOIN changed_component_identifiers
    ON standing_persons.partner_user_key = changed_component_identifiers.identifier_key
UNION
SELECT standing_persons.person_record_id
FROM standing_persons
INNER JOIN changed_component_identifiers ON standing_persons.email_key = changed_component_identifiers.identifier_key
UNION
SELECT standing_persons.person_record_id
FROM standing_persons
INNER JOIN changed_component_identifiers ON standing_persons.phone_key = changed_component_identifiers.identifier_key
