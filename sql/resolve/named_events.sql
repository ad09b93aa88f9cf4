-- The event that an event names as an earlier one, for events that carry no account and no order of their own.
-- Grain: event_id.
-- Why: a partner_event_id may stand on several events (a feed may form its identity otherwise): the earliest is meant.
-- A chain of names is followed to its start; its depth is bounded, so that two events that name each other end too.
-- Few events are named at all, so only those are ranked.
WITH RECURSIVE naming_events AS (
    SELECT
        event_id,
        earlier_event_key,
        COALESCE(account_key, order_key) AS shared_key
    FROM standing_events
    WHERE status = 'active' AND earlier_event_key IS NOT NULL
),

named_keys AS (
    SELECT DISTINCT earlier_event_key
    FROM naming_events
),

nameable_events AS (
    SELECT
        standing_events.event_id,
        standing_events.partner_event_key,
        standing_events.earlier_event_key,
        COALESCE(standing_events.account_key, standing_events.order_key) AS shared_key,
        ROW_NUMBER() OVER (
            PARTITION BY standing_events.partner_event_key
            ORDER BY standing_events.occurred_at, standing_events.event_id
        ) AS name_rank
    FROM standing_events
    INNER JOIN named_keys ON standing_events.partner_event_key = named_keys.earlier_event_key
    WHERE standing_events.status = 'active'
),

chains AS (
    SELECT
        event_id,
        earlier_event_key AS named_key,
        earlier_event_key AS journey_id,
        0 AS depth
    FROM naming_events
    WHERE shared_key IS NULL
    UNION ALL
    SELECT
        chains.event_id,
        CASE WHEN nameable_events.shared_key IS NULL THEN nameable_events.earlier_event_key END AS named_key,
        COALESCE(
            nameable_events.shared_key,
            nameable_events.earlier_event_key,
            nameable_events.event_id
        ) AS journey_id,
        chains.depth + 1 AS depth
    FROM chains
    INNER JOIN nameable_events
        ON
            chains.named_key = nameable_events.partner_event_key
            AND nameable_events.name_rank = 1
            AND nameable_events.event_id <> chains.event_id
    WHERE chains.depth < 20
),

ranked_chains AS (
    SELECT
        event_id,
        journey_id,
        ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY depth DESC) AS chain_rank
    FROM chains
)

SELECT
    event_id,
    journey_id
FROM ranked_chains
WHERE chain_rank = 1
