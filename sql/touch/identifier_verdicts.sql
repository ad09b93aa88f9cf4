-- The identifiers whose carriers changed.
-- Grain: identifier_key.
-- Why: a verdict counts nothing but carriers.
SELECT DISTINCT identifier_key FROM changed_identifier_carriers
