-- Which known addresses and numbers a hash was made of, normalized as agreed or in some other writing.
-- Grain: hashed_key x identifier_key.
-- Why: a hash cannot be read back, so the known values are hashed instead, under the algorithms that have come. A number
-- is hashed with and without its plus sign: vendors do either. A hash that is_normalized was made as agreed; the others
-- of an address in another case, with its dots and plus, with a blank or line end beside it, or of a number without its
-- country code or with zeros before it. Only keys leave this query: values stay in the vault.
WITH wanted AS (
    SELECT DISTINCT
        plain_kind,
        algorithm
    FROM hashed_identifiers
),

addresses AS (
    SELECT
        identifier_key,
        value,
        'known' AS source
    FROM identifiers
    WHERE kind = 'email'
    UNION ALL
    SELECT
        written_addresses.identifier_key,
        identifiers.value,
        'written' AS source
    FROM written_addresses
    INNER JOIN identifiers ON written_addresses.written_key = identifiers.identifier_key
),

folded AS (
    SELECT
        identifier_key,
        value,
        source,
        LOWER(value) AS lower_value,
        SPLIT_PART(LOWER(value), '@', 1) AS local_part,
        SPLIT_PART(LOWER(value), '@', 2) AS domain_part
    FROM addresses
),

writings AS (
    SELECT identifier_key, 'email' AS plain_kind, source AS form, value AS text FROM folded
    UNION ALL
    SELECT identifier_key, 'email', 'lower', lower_value FROM folded
    UNION ALL
    SELECT
        identifier_key,
        'email',
        'google',
        CASE
            WHEN domain_part IN ('gmail.com', 'googlemail.com')
                THEN REPLACE(SPLIT_PART(local_part, '+', 1), '.', '') || '@' || domain_part
            ELSE lower_value
        END
    FROM folded
    UNION ALL
    SELECT identifier_key, 'email', 'odd', UPPER(value) FROM folded WHERE source = 'known'
    UNION ALL
    SELECT identifier_key, 'email', 'odd', UPPER(SUBSTRING(value, 1, 1)) || SUBSTRING(value, 2) FROM folded
    WHERE source = 'known'
    UNION ALL
    SELECT identifier_key, 'email', 'odd', value || ' ' FROM folded
    UNION ALL
    SELECT identifier_key, 'email', 'odd', ' ' || value FROM folded
    UNION ALL
    SELECT identifier_key, 'email', 'odd', value || CHR(10) FROM folded
    UNION ALL
    SELECT identifier_key, 'phone', 'known', value FROM identifiers WHERE kind = 'phone'
    UNION ALL
    SELECT identifier_key, 'phone', 'known', SUBSTRING(value, 2) FROM identifiers WHERE kind = 'phone'
    UNION ALL
    SELECT identifier_key, 'phone', 'odd', '00' || SUBSTRING(value, 2) FROM identifiers WHERE kind = 'phone'
    UNION ALL
    SELECT identifier_key, 'phone', 'odd', SUBSTRING(value, 3) FROM identifiers WHERE kind = 'phone'
    UNION ALL
    SELECT identifier_key, 'phone', 'odd', SUBSTRING(value, 4) FROM identifiers WHERE kind = 'phone'
    UNION ALL
    SELECT identifier_key, 'phone', 'odd', '0' || SUBSTRING(value, 4) FROM identifiers WHERE kind = 'phone'
),

digests AS (
    SELECT
        writings.identifier_key,
        writings.form,
        wanted.plain_kind,
        wanted.algorithm,
        CASE wanted.algorithm
            WHEN 'md5' THEN MD5(writings.text)
            WHEN 'sha1' THEN SHA1(writings.text)
            ELSE SHA256(writings.text)
        END AS digest
    FROM writings
    INNER JOIN wanted ON writings.plain_kind = wanted.plain_kind
)

SELECT
    hashed_identifiers.hashed_key,
    digests.identifier_key,
    BOOL_OR(
        CASE
            WHEN hashed_identifiers.profile = '' THEN digests.form = 'known'
            WHEN hashed_identifiers.profile = 'exact' THEN digests.form IN ('known', 'written')
            ELSE digests.form = hashed_identifiers.profile
        END
    ) AS is_normalized
FROM hashed_identifiers
INNER JOIN identifiers ON hashed_identifiers.hashed_key = identifiers.identifier_key
INNER JOIN digests
    ON
        hashed_identifiers.plain_kind = digests.plain_kind
        AND hashed_identifiers.algorithm = digests.algorithm
        AND identifiers.value = digests.digest
GROUP BY hashed_identifiers.hashed_key, digests.identifier_key
