-- Pairs of identifiers that stood together as own identifiers of one record.
-- Grain: left_key x right_key; left is the stronger kind (partner_user_id, email, phone, visitor_id).
-- Why: an edge of a test record counts only between identifiers that no production record has seen, so that a test
-- joins no real persons and a tester's own journey still holds together.
WITH pairs AS (
    SELECT
        partner_user_key AS left_key,
        'partner_user_id' AS left_kind,
        email_key AS right_key,
        'email' AS right_kind,
        first_seen_at,
        in_production
    FROM own_records
    UNION ALL
    SELECT partner_user_key, 'partner_user_id', phone_key, 'phone', first_seen_at, in_production FROM own_records
    UNION ALL
    SELECT partner_user_key, 'partner_user_id', visitor_key, 'visitor_id', first_seen_at, in_production FROM own_records
    UNION ALL
    SELECT email_key, 'email', phone_key, 'phone', first_seen_at, in_production FROM own_records
    UNION ALL
    SELECT email_key, 'email', visitor_key, 'visitor_id', first_seen_at, in_production FROM own_records
    UNION ALL
    SELECT phone_key, 'phone', visitor_key, 'visitor_id', first_seen_at, in_production FROM own_records
),

edges AS (
    SELECT
        left_key,
        right_key,
        MIN(left_kind) AS left_kind,
        MIN(right_kind) AS right_kind,
        MIN(first_seen_at) AS first_seen_at,
        BOOL_OR(in_production) AS in_production
    FROM pairs
    WHERE left_key IS NOT NULL AND right_key IS NOT NULL
    GROUP BY left_key, right_key
)

SELECT
    left_key,
    right_key,
    left_kind,
    right_kind,
    first_seen_at
FROM edges
WHERE in_production
UNION ALL
SELECT
    edges.left_key,
    edges.right_key,
    edges.left_kind,
    edges.right_kind,
    edges.first_seen_at
FROM edges
INNER JOIN identity_nodes AS left_nodes ON edges.left_key = left_nodes.identifier_key
INNER JOIN identity_nodes AS right_nodes ON edges.right_key = right_nodes.identifier_key
WHERE NOT edges.in_production AND NOT left_nodes.in_production AND NOT right_nodes.in_production
