-- How many shares does it take to bring a friend, by channel? Shares and clicks of the channel, and the journeys recognized by a
-- share of it; a channel that is shared often and brings nobody stands at the end.
-- Grain: channel.
WITH channel_shares AS (
    SELECT
        channel,
        COUNT(*) AS shares,
        COUNT(DISTINCT advocate_id) AS advocates
    FROM shares
    WHERE container = 'production'
    GROUP BY channel
),

channel_journeys AS (
    SELECT
        s.channel,
        COUNT(*) AS journeys
    FROM recognitions AS r
    INNER JOIN shares AS s ON r.share_id = s.share_id
    WHERE r.container = 'production' AND r.event_id = r.root_event_id
    GROUP BY s.channel
)

SELECT
    c.channel,
    c.advocates,
    c.shares,
    COALESCE(j.journeys, 0) AS journeys,
    10000 * COALESCE(j.journeys, 0) // c.shares AS journeys_per_share_bps
FROM channel_shares AS c
LEFT JOIN channel_journeys AS j ON c.channel IS NOT DISTINCT FROM j.channel
ORDER BY journeys_per_share_bps DESC, c.channel NULLS LAST
