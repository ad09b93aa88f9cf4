-- Who clicked on shared links on which day, for which program; production only.
-- Grain: program x local day x clicker: the person, else the visitor, else the click itself.
-- Why: clicks are joined to the shares once, in shared_clicks; days, weeks, months and the funnel count from this.
-- days_since_share is that of the day's click which came soonest after its share.
SELECT
    program,
    clicked_on,
    clicker_id,
    CAST(SUM(clicks) AS BIGINT) AS clicks,
    MIN(days_since_share) AS days_since_share
FROM shared_clicks
GROUP BY program, clicked_on, clicker_id
