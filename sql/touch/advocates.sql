-- The records of advocates that changed, or whose identifiers changed hands.
-- Grain: advocate_record_id.
-- Why: an advocate is the person of the record's identifiers.
SELECT advocate_record_id FROM changed_standing_advocates
UNION
SELECT standing_advocates.advocate_record_id
FROM standing_advocates
INNER JOIN changed_component_identifiers
    ON standing_advocates.partner_user_key = changed_component_identifiers.identifier_key
UNION
SELECT standing_advocates.advocate_record_id
FROM standing_advocates
INNER JOIN changed_component_identifiers
    ON standing_advocates.email_key = changed_component_identifiers.identifier_key
UNION
SELECT standing_advocates.advocate_record_id
FROM standing_advocates
INNER JOIN changed_component_identifiers
    ON standing_advocates.phone_key = changed_component_identifiers.identifier_key
