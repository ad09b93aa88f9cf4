-- Persons by strong identifiers alone: member ids and the emails that stand with exactly one of them.
-- Grain: identifier_key (of kinds partner_user_id and email).
-- Why: an email that stands with two member ids (spouses, joint owners) is shared: it links nobody and is a component
-- of its own. An email with no member id is one too. No search for components is needed: emails never link emails.
WITH members AS (
    SELECT
        identity_nodes.identifier_key,
        COALESCE(member_classes.class_key, identity_nodes.identifier_key) AS class_key
    FROM identity_nodes
    LEFT JOIN member_classes ON identity_nodes.identifier_key = member_classes.identifier_key
    WHERE identity_nodes.kind = 'partner_user_id'
),

email_classes AS (
    SELECT
        identity_edges.right_key AS identifier_key,
        MIN(members.class_key) AS first_class_key,
        MAX(members.class_key) AS last_class_key
    FROM identity_edges
    INNER JOIN members ON identity_edges.left_key = members.identifier_key
    WHERE identity_edges.left_kind = 'partner_user_id' AND identity_edges.right_kind = 'email'
    GROUP BY identity_edges.right_key
)

SELECT
    identifier_key,
    'partner_user_id' AS kind,
    class_key AS strong_key,
    TRUE AS has_member_id,
    FALSE AS is_shared
FROM members
UNION ALL
SELECT
    identity_nodes.identifier_key,
    'email' AS kind,
    CASE
        WHEN email_classes.first_class_key = email_classes.last_class_key THEN email_classes.first_class_key
        ELSE identity_nodes.identifier_key
    END AS strong_key,
    COALESCE(email_classes.first_class_key = email_classes.last_class_key, FALSE) AS has_member_id,
    COALESCE(email_classes.first_class_key <> email_classes.last_class_key, FALSE) AS is_shared
FROM identity_nodes
LEFT JOIN email_classes ON identity_nodes.identifier_key = email_classes.identifier_key
WHERE identity_nodes.kind = 'email'
