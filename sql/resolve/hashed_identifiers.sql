-- What each hash in the vault is a hash of, by which algorithm, and by which profile its sender normalized.
-- Grain: identifier_key.
-- Why: several queries ask it. An empty profile is the workspace's own; the hash itself stays in the vault.
SELECT
    identifier_key AS hashed_key,
    CASE WHEN kind LIKE 'email%' THEN 'email' ELSE 'phone' END AS plain_kind,
    CASE WHEN kind LIKE '%md5%' THEN 'md5' WHEN kind LIKE '%sha1%' THEN 'sha1' ELSE 'sha256' END AS algorithm,
    CASE
        WHEN kind LIKE '%:exact' THEN 'exact'
        WHEN kind LIKE '%:lower' THEN 'lower'
        WHEN kind LIKE '%:google' THEN 'google'
        ELSE ''
    END AS profile
FROM identifiers
WHERE
    kind LIKE 'email_md5%'
    OR kind LIKE 'email_sha1%'
    OR kind LIKE 'email_sha256%'
    OR kind LIKE 'phone_md5%'
    OR kind LIKE 'phone_sha1%'
    OR kind LIKE 'phone_sha256%'
