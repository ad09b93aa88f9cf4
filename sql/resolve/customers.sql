-- Records of customers and the persons that they describe.
-- Grain: person_record_id.
-- Why: a customer is the person of the first own identifier present that belongs to somebody.
SELECT
    standing_persons.person_record_id,
    COALESCE(members.person_id, emails.person_id, phones.person_id) AS person_id,
    standing_persons.customer_since_on,
    standing_persons.received_on
FROM standing_persons
LEFT JOIN component_identifiers AS members ON standing_persons.partner_user_key = members.identifier_key
LEFT JOIN component_identifiers AS emails ON standing_persons.email_key = emails.identifier_key
LEFT JOIN component_identifiers AS phones ON standing_persons.phone_key = phones.identifier_key
