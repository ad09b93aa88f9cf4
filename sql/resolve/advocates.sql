-- Enrolled advocates and the persons that they are.
-- Grain: advocate record (partner_user_id as delivered); advocate_id is unique unless two records mean one person.
-- Why: an advocate is the person of the first own identifier present; enrollment tells nothing about who was recognized.
SELECT
    COALESCE(members.person_id, emails.person_id, phones.person_id) AS advocate_id,
    standing_advocates.advocate_record_id,
    standing_advocates.partner_user_key,
    standing_advocates.email_key,
    standing_advocates.advocate_code_key,
    standing_advocates.shareable_key,
    standing_advocates.enrolled_on,
    standing_advocates.left_on,
    standing_advocates.pay_to_key,
    standing_advocates.file_id,
    standing_advocates.record_number
FROM standing_advocates
LEFT JOIN component_identifiers AS members ON standing_advocates.partner_user_key = members.identifier_key
LEFT JOIN component_identifiers AS emails ON standing_advocates.email_key = emails.identifier_key
LEFT JOIN component_identifiers AS phones ON standing_advocates.phone_key = phones.identifier_key
