-- The vault's values, for looking up whom an operator asks about; protected area only, never published.
-- Grain: identifier.
-- Why a copy: explain and the support page never open the warehouse that a run holds.
SELECT
    identifier_key,
    kind,
    value
FROM identifiers
