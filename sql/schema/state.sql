-- Named values that belong to the warehouse as a whole: watermarks, the last journal number, the secret's fingerprint.
-- Grain: name.
-- Why: they change in the same transaction as what they speak of.
SELECT
    CAST(NULL AS VARCHAR) AS name,
    CAST(NULL AS VARCHAR) AS value
WHERE FALSE
