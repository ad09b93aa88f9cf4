-- How many shares does it take to bring a friend, by channel? Shares of the channel, and the journeys recognized by a share of it;
-- a channel that is shared often and brings nobody stands at the end.
-- Grain: channel.
WITH channel_shares AS (
    SELECT
        channel,
        COUNT(*) AS shares
    FROM shares
    WHERE container = 'production'
    GROUP BY channel
),

channel_journeys AS (
    SELECT
        channel,
        SUM(journeys) AS journeys
    FROM report_attribution
    GROUP BY channel
)

SELECT
    c.channel,
    c.shares,
    COALESCE(j.journeys, 0) AS journeys,
    10000 * COALESCE(j.journeys, 0) // c.shares AS journeys_per_share_bps
FROM channel_shares AS c
LEFT JOIN channel_journeys AS j ON c.channel IS NOT DISTINCT FROM j.channel
ORDER BY journeys_per_share_bps DESC, c.channel NULLS LAST
