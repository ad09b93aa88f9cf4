-- What really arrived of each event: how many, and how many of them carry what a rule can ask for.
-- Grain: event_name x currency x product.
-- Why: a rule that asks for a column that never comes can never pass, and nobody would be told.
SELECT
    event_name,
    CASE WHEN amount_minor IS NOT NULL THEN currency END AS currency,
    product,
    COUNT(*) AS events,
    COUNT(person_id) AS persons,
    COUNT(COALESCE(account_key, order_key)) AS accounts
FROM events
WHERE status = 'active'
GROUP BY event_name, CASE WHEN amount_minor IS NOT NULL THEN currency END, product
