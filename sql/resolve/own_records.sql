-- The own identifiers that stand together on one record, over all facts: what links identifiers to one person.
-- Grain: combination of partner_user_key, email_key, phone_key, visitor_key.
-- Why: only the subject's own identifiers link. An advocate's or recipient's identifier names somebody else, and a
-- share row names two people: neither stands here. Conflicting and cancelled events link nobody. Customer records
-- carry no time of their own, so they never make an identifier older.
WITH records AS (
    SELECT
        partner_user_key,
        email_key,
        phone_key,
        visitor_key,
        occurred_at AS seen_at,
        occurred_on AS seen_on,
        container <> 'test' AS in_production
    FROM standing_events
    WHERE status = 'active'
    UNION ALL
    SELECT
        CAST(NULL AS BIGINT) AS partner_user_key,
        email_key,
        CAST(NULL AS BIGINT) AS phone_key,
        visitor_key,
        clicked_at AS seen_at,
        clicked_on AS seen_on,
        container <> 'test' AS in_production
    FROM standing_clicks
    UNION ALL
    SELECT
        partner_user_key,
        email_key,
        phone_key,
        CAST(NULL AS BIGINT) AS visitor_key,
        CAST(enrolled_on AS TIMESTAMP) AS seen_at,
        enrolled_on AS seen_on,
        TRUE AS in_production
    FROM standing_advocates
    UNION ALL
    SELECT
        partner_user_key,
        email_key,
        phone_key,
        CAST(NULL AS BIGINT) AS visitor_key,
        CAST(NULL AS TIMESTAMP) AS seen_at,
        CAST(NULL AS DATE) AS seen_on,
        TRUE AS in_production
    FROM standing_persons
    UNION ALL
    SELECT
        partner_user_key,
        email_key,
        phone_key,
        CAST(NULL AS BIGINT) AS visitor_key,
        CAST(list_on AS TIMESTAMP) AS seen_at,
        list_on AS seen_on,
        TRUE AS in_production
    FROM standing_audience
)

SELECT
    partner_user_key,
    email_key,
    phone_key,
    visitor_key,
    MIN(seen_at) AS first_seen_at,
    MIN(seen_on) AS first_seen_on,
    BOOL_OR(in_production) AS in_production
FROM records
WHERE
    partner_user_key IS NOT NULL
    OR email_key IS NOT NULL
    OR phone_key IS NOT NULL
    OR visitor_key IS NOT NULL
GROUP BY partner_user_key, email_key, phone_key, visitor_key
