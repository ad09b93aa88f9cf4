-- What a friend did earlier with an advocate's link: clicks, and events that earn nothing but carry a link (a
-- registration on the landing page).
-- Grain: journey × act (an act of a shared email may stand twice; the best evidence is picked later).
-- Why: an act belongs to every journey of which its person is an owner. An act under a shared email alone belongs to
-- each carrier of that email; one under another carrier's member id does not.
-- Acts too far off to explain anything are not read: in time order, so that a night reads the days that it needs.
WITH reaches AS (
    SELECT program, MAX(look_back_days) AS look_back_days
    FROM config_grounds
    GROUP BY program
),

owners AS (
    SELECT
        o.journey_id,
        o.person_id,
        MIN(r.root_on - GREATEST(r.explain_days, n.look_back_days)) AS from_on,
        MAX(r.root_on + r.explain_days) AS until_on
    FROM journey_owners AS o
    INNER JOIN judged_roots AS r ON o.journey_id = r.journey_id
    INNER JOIN reaches AS n ON r.program = n.program
    GROUP BY o.journey_id, o.person_id
),

carried_keys AS (
    SELECT o.journey_id, i.identifier_key, o.from_on, o.until_on
    FROM owners AS o
    INNER JOIN person_identifiers AS i ON o.person_id = i.person_id
    WHERE i.is_shared
),

linked_events AS (
    SELECT e.event_id, e.person_id, e.email_key, e.partner_user_key, e.occurred_at, e.occurred_on,
        e.share_key, e.shareable_key, e.container
    FROM events AS e
    INNER JOIN config_events AS c ON e.event_name = c.event_name
    WHERE
        e.status = 'active' AND NOT c.rewardable
        AND (e.share_key IS NOT NULL OR e.shareable_key IS NOT NULL)
)

SELECT o.journey_id, k.click_key AS act_key, k.clicked_at AS touched_at, k.clicked_on AS touched_on,
    k.share_key, k.shareable_key, k.container
FROM owners AS o
INNER JOIN clicks AS k ON o.person_id = k.person_id AND o.from_on <= k.clicked_on AND o.until_on >= k.clicked_on
UNION ALL
SELECT i.journey_id, k.click_key, k.clicked_at, k.clicked_on, k.share_key, k.shareable_key, k.container
FROM carried_keys AS i
INNER JOIN clicks AS k ON i.identifier_key = k.email_key AND i.from_on <= k.clicked_on AND i.until_on >= k.clicked_on
UNION ALL
SELECT o.journey_id, e.event_id, e.occurred_at, e.occurred_on, e.share_key, e.shareable_key, e.container
FROM owners AS o
INNER JOIN linked_events AS e
    ON o.person_id = e.person_id AND o.from_on <= e.occurred_on AND o.until_on >= e.occurred_on
UNION ALL
SELECT i.journey_id, e.event_id, e.occurred_at, e.occurred_on, e.share_key, e.shareable_key, e.container
FROM carried_keys AS i
INNER JOIN linked_events AS e
    ON i.identifier_key = e.email_key AND i.from_on <= e.occurred_on AND i.until_on >= e.occurred_on
WHERE e.partner_user_key IS NULL
