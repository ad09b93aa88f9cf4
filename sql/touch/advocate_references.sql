-- The identifiers, codes and links that can name another advocate than before.
-- Grain: reference_key.
-- Why: a code of two advocates names neither, so all records of a changed one's code count.
SELECT identifier_key AS reference_key FROM changed_component_identifiers
UNION
SELECT identifier_key FROM changed_identifier_verdicts
UNION
SELECT advocate_code_key FROM changed_advocates WHERE advocate_code_key IS NOT NULL
UNION
SELECT shareable_key FROM changed_advocates WHERE shareable_key IS NOT NULL
