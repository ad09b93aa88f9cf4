-- How many advocates of each program stand in each segment, and what they bring.
-- Grain: program x segment.
-- Every measure may be added up over segments, but for the share: share_bps is this segment's part of the program's
-- advocates, rounded half up. Friends are counted by advocate: one with two advocates in time counts for each.
WITH segments AS (
    SELECT
        program,
        segment,
        COUNT(*) AS advocates,
        CAST(SUM(shares) AS BIGINT) AS shares,
        CAST(SUM(clicks) AS BIGINT) AS clicks,
        CAST(SUM(friends) AS BIGINT) AS friends,
        CAST(SUM(new_customers) AS BIGINT) AS new_customers,
        CAST(SUM(initial_minor) AS BIGINT) AS initial_minor,
        CAST(SUM(subsequent_minor) AS BIGINT) AS subsequent_minor,
        CAST(SUM(earned_minor) AS BIGINT) AS earned_minor,
        CAST(SUM(paid_minor) AS BIGINT) AS paid_minor
    FROM report_advocates
    GROUP BY program, segment
),

program_totals AS (
    SELECT
        program,
        CAST(SUM(advocates) AS BIGINT) AS program_advocates
    FROM segments
    GROUP BY program
)

SELECT
    s.program,
    s.segment,
    s.advocates,
    CAST((20000 * s.advocates + t.program_advocates) // (2 * t.program_advocates) AS BIGINT) AS share_bps,
    s.shares,
    s.clicks,
    s.friends,
    s.new_customers,
    s.initial_minor,
    s.subsequent_minor,
    CAST($currency AS VARCHAR) AS currency,
    s.earned_minor,
    s.paid_minor
FROM segments AS s
INNER JOIN program_totals AS t ON s.program = t.program
