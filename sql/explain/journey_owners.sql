-- The owners of a journey, none of whom can refer it, and those who cannot be told from an owner.
-- Grain: person.
-- Why with the stand-ins of shared addresses: an advocate known by nothing but an address that an owner shares counts as
-- that owner. A test row on a real account adds no owner.
WITH active_events AS (
    SELECT
        event_id,
        container
    FROM events
    WHERE journey_id = $journey_id AND status = 'active'
),

counted AS (
    SELECT MAX(CASE WHEN container <> 'test' THEN 1 ELSE 0 END) AS is_real
    FROM active_events
),

own_identifiers AS (
    SELECT k.partner_user_key AS identifier_key
    FROM active_events AS e
    CROSS JOIN counted AS c
    INNER JOIN vault.event_keys AS k ON e.event_id = k.event_id
    WHERE e.container <> 'test' OR c.is_real = 0
    UNION
    SELECT k.email_key
    FROM active_events AS e
    CROSS JOIN counted AS c
    INNER JOIN vault.event_keys AS k ON e.event_id = k.event_id
    WHERE e.container <> 'test' OR c.is_real = 0
    UNION
    SELECT k.phone_key
    FROM active_events AS e
    CROSS JOIN counted AS c
    INNER JOIN vault.event_keys AS k ON e.event_id = k.event_id
    WHERE e.container <> 'test' OR c.is_real = 0
    UNION
    SELECT k.visitor_key
    FROM active_events AS e
    CROSS JOIN counted AS c
    INNER JOIN vault.event_keys AS k ON e.event_id = k.event_id
    WHERE e.container <> 'test' OR c.is_real = 0
),

owners AS (
    SELECT DISTINCT p.person_id
    FROM own_identifiers AS o
    INNER JOIN vault.person_identifiers AS p ON o.identifier_key = p.identifier_key
    WHERE NOT p.is_shared
),

sharers AS (
    SELECT DISTINCT own.person_id
    FROM owners AS o
    INNER JOIN vault.person_identifiers AS carried ON o.person_id = carried.person_id AND carried.is_shared
    INNER JOIN vault.person_identifiers AS own
        ON carried.identifier_key = own.identifier_key AND NOT own.is_shared
)

SELECT
    person_id,
    MAX(is_owner) = 1 AS is_owner
FROM (
    SELECT
        person_id,
        1 AS is_owner
    FROM owners
    UNION ALL
    SELECT
        person_id,
        0 AS is_owner
    FROM sharers
) AS found
GROUP BY person_id
ORDER BY person_id
