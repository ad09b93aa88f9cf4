-- How many friends coupon matching alone would have recognized, against how many were recognized.
-- Grain: program, and one row of program '(all)' over all programs (a friend in two programs is one friend there).
-- Coupon only = the friend used a valid coupon of an advocate at a root, whether that coupon won or lost merely by the
-- order of grounds. A friend without any own identifier is counted by journey. gain_bps = (recognized - coupon only) /
-- coupon only in basis points; empty where coupons alone recognize nobody.
WITH roots AS (
    SELECT
        program,
        root_event_id,
        COALESCE(person_id, journey_id) AS friend_id
    FROM journey_roots
    WHERE container = 'production'
),

coupon_friends AS (
    SELECT DISTINCT
        r.program,
        r.friend_id
    FROM recognition_candidates AS c
    INNER JOIN roots AS r ON c.event_id = r.root_event_id AND c.program = r.program
    WHERE
        c.recognition_type = 'COUPON_CODE'
        AND c.advocate_id IS NOT NULL
        AND (c.outcome = 'won' OR c.reason_code IN ('lower_tier', 'older', 'newer', 'relationship_holds'))
),

recognized_friends AS (
    SELECT DISTINCT
        program,
        friend_id
    FROM attributed_events
),

counted AS (
    SELECT
        program,
        COUNT(DISTINCT friend_id) AS friends_coupon_only,
        0 AS friends_recognized
    FROM coupon_friends
    GROUP BY program
    UNION ALL
    SELECT
        '(all)' AS program,
        COUNT(DISTINCT friend_id) AS friends_coupon_only,
        0 AS friends_recognized
    FROM coupon_friends
    UNION ALL
    SELECT
        program,
        0 AS friends_coupon_only,
        COUNT(DISTINCT friend_id) AS friends_recognized
    FROM recognized_friends
    GROUP BY program
    UNION ALL
    SELECT
        '(all)' AS program,
        0 AS friends_coupon_only,
        COUNT(DISTINCT friend_id) AS friends_recognized
    FROM recognized_friends
),

compared AS (
    SELECT
        program,
        CAST(SUM(friends_coupon_only) AS BIGINT) AS friends_coupon_only,
        CAST(SUM(friends_recognized) AS BIGINT) AS friends_recognized
    FROM counted
    GROUP BY program
)

SELECT
    program,
    friends_coupon_only,
    friends_recognized,
    CASE
        WHEN friends_coupon_only > 0
            THEN CAST((friends_recognized - friends_coupon_only) * 10000 // friends_coupon_only AS BIGINT)
    END AS gain_bps
FROM compared
