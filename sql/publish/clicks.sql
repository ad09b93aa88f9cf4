-- Every click on a shared link, with the share's program and channel.
-- Grain: click.
-- A click that names only the standing link (shareable) has no one share, and so no channel.
SELECT
    c.click_key AS click_id,
    c.share_key AS share_id,
    c.shareable_key AS shareable_id,
    c.person_id,
    s.advocate_id,
    s.program,
    s.campaign,
    s.channel,
    s.promotion_source,
    c.clicked_at,
    c.clicked_on,
    c.container,
    c.file_id,
    c.record_number
FROM clicks AS c
LEFT JOIN shares AS s ON c.share_key = s.share_key
