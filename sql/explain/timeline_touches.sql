-- What reached a person before any event: shares sent to them, and their clicks on shared links.
-- Grain: touch.
-- A click on a standing link names the advocate whose link it is, unless several share one.
-- Why the stand-ins of addresses that they share: what was sent there may mean this person.
WITH meant_persons AS (
    SELECT
        CAST($person_id AS BIGINT) AS person_id,
        CAST(NULL AS BIGINT) AS shared_by
    UNION ALL
    SELECT
        own.person_id,
        c.persons AS shared_by
    FROM vault.person_identifiers AS carried
    INNER JOIN vault.person_identifiers AS own
        ON carried.identifier_key = own.identifier_key AND NOT own.is_shared
    INNER JOIN identity_collisions AS c ON carried.identifier_key = c.identifier_key
    WHERE carried.person_id = $person_id AND carried.is_shared
),

meant AS (
    SELECT
        person_id,
        MIN(shared_by) AS shared_by
    FROM meant_persons
    GROUP BY person_id
),

links AS (
    SELECT shareable_id, advocate_id FROM advocates WHERE shareable_id IS NOT NULL
    UNION
    SELECT shareable_id, advocate_id FROM shares WHERE shareable_id IS NOT NULL
),

owners AS (
    SELECT shareable_id, MIN(advocate_id) AS advocate_id
    FROM links
    GROUP BY shareable_id
    HAVING COUNT(*) = 1
),

touches AS (
    SELECT
        'share_received' AS what,
        m.email_id AS touch_id,
        m.sent_at AS happened_at,
        m.sent_on AS happened_on,
        m.program,
        m.channel,
        m.advocate_id,
        m.container,
        p.shared_by,
        m.file_id,
        m.record_number
    FROM emails AS m
    INNER JOIN meant AS p ON m.person_id = p.person_id
    UNION ALL
    SELECT
        'click' AS what,
        k.click_id AS touch_id,
        k.clicked_at AS happened_at,
        k.clicked_on AS happened_on,
        k.program,
        k.channel,
        COALESCE(k.advocate_id, o.advocate_id) AS advocate_id,
        k.container,
        p.shared_by,
        k.file_id,
        k.record_number
    FROM clicks AS k
    INNER JOIN meant AS p ON k.person_id = p.person_id
    LEFT JOIN owners AS o ON k.shareable_id = o.shareable_id
)

SELECT
    t.what,
    t.touch_id,
    t.happened_at,
    t.happened_on,
    t.program,
    t.channel,
    t.advocate_id,
    t.container,
    t.shared_by,
    f.feed_id,
    t.file_id,
    t.record_number,
    f.received_on
FROM touches AS t
LEFT JOIN files AS f ON t.file_id = f.file_id
ORDER BY t.happened_on, t.happened_at, t.what, t.touch_id
