-- Which address of the vault each writing of it belongs to, where addresses are kept as they were written, too.
-- Grain: written_key.
-- Why: a sender may hash an address before anything normalizes it. The vault holds writings (kind `email:exact`) only in
-- workspaces that take hashes, and only those that differ from the normal form. By the profile `lower` the lower-case
-- writing stands in the vault, by `google` the one without dots and plus; a writing that is neither (an international
-- domain) finds none, and explains no hash.
WITH written AS (
    SELECT
        identifier_key,
        LOWER(value) AS lower_value,
        CASE
            WHEN LOWER(value) LIKE '%@gmail.com' OR LOWER(value) LIKE '%@googlemail.com'
                THEN
                    REPLACE(SPLIT_PART(SPLIT_PART(LOWER(value), '@', 1), '+', 1), '.', '')
                    || '@'
                    || SPLIT_PART(LOWER(value), '@', 2)
            ELSE LOWER(value)
        END AS google_value
    FROM identifiers
    WHERE kind = 'email:exact'
),

addresses AS (
    SELECT
        identifier_key,
        value
    FROM identifiers
    WHERE kind = 'email'
)

SELECT
    written.identifier_key AS written_key,
    COALESCE(by_lower.identifier_key, by_google.identifier_key) AS identifier_key
FROM written
LEFT JOIN addresses AS by_lower ON written.lower_value = by_lower.value
LEFT JOIN addresses AS by_google ON written.google_value = by_google.value
WHERE COALESCE(by_lower.identifier_key, by_google.identifier_key) IS NOT NULL
