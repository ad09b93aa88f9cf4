-- The clicks that changed, or whose person can be another.
-- Grain: click_key.
-- Why: the person is read from the click's own identifiers.
SELECT click_key FROM changed_standing_clicks
UNION
SELECT standing_clicks.click_key
FROM standing_clicks
INNER JOIN changed_component_identifiers ON standing_clicks.email_key = changed_component_identifiers.identifier_key
UNION
SELECT standing_clicks.click_key
FROM standing_clicks
INNER JOIN changed_component_identifiers ON standing_clicks.visitor_key = changed_component_identifiers.identifier_key
