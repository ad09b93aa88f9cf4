-- What passed between an advocate and a friend: clicks on the advocate's links, and shares sent to the friend.
-- Grain: touch.
WITH touches AS (
    SELECT
        'click' AS touch,
        clicked_at AS touched_at,
        program,
        channel,
        click_id AS touch_id
    FROM clicks
    WHERE advocate_id = $advocate_id AND person_id = $person_id
    UNION ALL
    SELECT
        'share sent to the friend' AS touch,
        sent_at AS touched_at,
        program,
        channel,
        email_id AS touch_id
    FROM emails
    WHERE advocate_id = $advocate_id AND person_id = $person_id
)

SELECT
    touch,
    touched_at,
    program,
    channel
FROM touches
ORDER BY touched_at, touch, touch_id
