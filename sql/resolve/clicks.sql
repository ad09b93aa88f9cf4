-- Clicks on shared links, each with the person who clicked.
-- Grain: click_key.
-- Why: the person is that of the first own identifier present that belongs to somebody (email, then visitor id). A
-- shared email is a person of its own here; matching it to its carriers is recognition's work.
SELECT
    standing_clicks.click_key,
    standing_clicks.share_key,
    standing_clicks.shareable_key,
    COALESCE(emails.person_id, visitors.person_id) AS person_id,
    standing_clicks.visitor_key,
    standing_clicks.email_key,
    standing_clicks.clicked_at,
    standing_clicks.clicked_on,
    standing_clicks.container,
    standing_clicks.file_id,
    standing_clicks.record_number
FROM standing_clicks
LEFT JOIN component_identifiers AS emails ON standing_clicks.email_key = emails.identifier_key
LEFT JOIN component_identifiers AS visitors ON standing_clicks.visitor_key = visitors.identifier_key
ORDER BY standing_clicks.clicked_at, standing_clicks.click_key
