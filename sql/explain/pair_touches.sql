-- What passed between an advocate and a friend: clicks on the advocate's links, and shares sent to the friend.
-- Grain: touch.
WITH touches AS (
    SELECT
        'click' AS touch,
        clicked_at AS touched_at,
        program,
        channel,
        click_id AS touch_id,
        file_id,
        record_number
    FROM clicks
    WHERE advocate_id = $advocate_id AND person_id = $person_id
    UNION ALL
    SELECT
        'share sent to the friend' AS touch,
        sent_at AS touched_at,
        program,
        channel,
        email_id AS touch_id,
        file_id,
        record_number
    FROM emails
    WHERE advocate_id = $advocate_id AND person_id = $person_id
)

SELECT
    t.touch,
    t.touched_at,
    t.program,
    t.channel,
    f.feed_id,
    t.file_id,
    t.record_number
FROM touches AS t
LEFT JOIN files AS f ON t.file_id = f.file_id
ORDER BY t.touched_at, t.touch, t.touch_id
