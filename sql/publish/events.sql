-- Every event as it stands after corrections, cancellations and conflicts.
-- Grain: event.
-- Only active events stand in persons and journeys. The identifier columns hold values only when publish.identifiers
-- names them; otherwise they are not published at all.
WITH partner_events AS (
    SELECT
        v.identifier_key,
        v.value
    FROM identifiers AS v
    INNER JOIN published_identifiers AS p ON v.kind = p.kind
    WHERE p.kind = 'partner_event_id'
),

partner_users AS (
    SELECT
        v.identifier_key,
        v.value
    FROM identifiers AS v
    INNER JOIN published_identifiers AS p ON v.kind = p.kind
    WHERE p.kind = 'partner_user_id'
),

accounts AS (
    SELECT
        v.identifier_key,
        v.value
    FROM identifiers AS v
    INNER JOIN published_identifiers AS p ON v.kind = p.kind
    WHERE p.kind = 'account_id'
)

SELECT
    e.event_id,
    e.event_name,
    e.occurred_at,
    e.occurred_on,
    e.time_precision,
    e.person_id,
    e.journey_id,
    e.account_key,
    e.program,
    e.container,
    e.amount_minor,
    CAST(
        CAST(e.amount_minor * COALESCE(c.ten_thousandths, 100) AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4))
        AS DECIMAL(18, 4)
    ) AS amount,
    e.currency,
    e.product,
    e.attributes,
    e.status,
    e.file_id,
    e.record_number,
    e.received_on,
    pe.value AS partner_event_id,
    pu.value AS partner_user_id,
    a.value AS account_id
FROM events AS e
LEFT JOIN currency_units AS c ON e.currency = c.currency
LEFT JOIN partner_events AS pe ON e.partner_event_key = pe.identifier_key
LEFT JOIN partner_users AS pu ON e.partner_user_key = pu.identifier_key
LEFT JOIN accounts AS a ON e.account_key = a.identifier_key
