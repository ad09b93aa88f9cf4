-- The versions of every event of which several contents contend: what an operator chooses from; protected area only.
-- Grain: event x version.
WITH contended_events AS (
    SELECT event_id
    FROM event_contenders
    GROUP BY event_id
    HAVING COUNT(DISTINCT content_key) > 1
)

SELECT
    c.event_id,
    c.version_key,
    c.content_key,
    c.file_id,
    c.record_number,
    c.received_on,
    f.action,
    f.occurred_at,
    f.amount_minor,
    f.currency,
    f.product,
    f.account_key,
    f.partner_user_key,
    f.email_key
FROM event_contenders AS c
INNER JOIN contended_events AS e ON c.event_id = e.event_id
INNER JOIN fact_events AS f
    ON c.event_id = f.event_id AND c.content_key = f.content_key AND c.version_key = f.version_key
