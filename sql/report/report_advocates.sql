-- Every advocate of each program: how active, how successful, what it brought and what it cost.
-- Grain: program x advocate who shared, was clicked, recognized or rewarded in it; those who did nothing of it in any
-- program stand once, under '(none)', by their enrollment.
-- leaderboard_rank numbers those with a recognized friend: most friends first, then most new customers, then the smaller
-- id; it is empty without a friend. Segments, the first that holds: left; dormant (more than dormant_after_days since the
-- last share or recognized friend, or since enrolling); top (the first top_advocates_percent of the leaderboard, at least
-- one); new (enrolled, or first active, within new_for_days); idle (never active); active. Money is in the workspace's
-- currency; rewards in others, and those that are no money, are counted in other_rewards and stand in
-- report_advocate_rewards. initial_minor and subsequent_minor are the amounts of first and later events of the friends.
WITH enrollments AS (
    SELECT
        advocate_id,
        MIN(enrolled_on) AS enrolled_on,
        CASE WHEN COUNT(*) = COUNT(left_on) THEN MAX(left_on) END AS left_on
    FROM advocates
    WHERE advocate_id IS NOT NULL
    GROUP BY advocate_id
),

sharers AS (
    SELECT
        program,
        advocate_id,
        CAST(SUM(shares) AS BIGINT) AS shares,
        MIN(shared_on) AS first_on,
        MAX(shared_on) AS last_on
    FROM sharing_days
    WHERE advocate_id IS NOT NULL
    GROUP BY program, advocate_id
),

clicked_advocates AS (
    SELECT
        program,
        advocate_id,
        CAST(SUM(clicks) AS BIGINT) AS clicks
    FROM shared_clicks
    WHERE advocate_id IS NOT NULL
    GROUP BY program, advocate_id
),

recognized_friends AS (
    SELECT
        program,
        advocate_id,
        COUNT(DISTINCT friend_id) AS friends,
        CAST(SUM(CASE WHEN is_root THEN 1 ELSE 0 END) AS BIGINT) AS journeys,
        CAST(SUM(CASE WHEN is_new_customer THEN 1 ELSE 0 END) AS BIGINT) AS new_customers,
        CAST(SUM(CASE WHEN currency = $currency AND is_initial THEN amount_minor ELSE 0 END) AS BIGINT)
            AS initial_minor,
        CAST(SUM(CASE WHEN currency = $currency AND NOT is_initial THEN amount_minor ELSE 0 END) AS BIGINT)
            AS subsequent_minor,
        MIN(occurred_on) AS first_on,
        MAX(occurred_on) AS last_on
    FROM attributed_events
    GROUP BY program, advocate_id
),

kind_rewards AS (
    SELECT
        program,
        advocate_id,
        kind,
        currency,
        rewards,
        balance_minor,
        paid_minor,
        CAST(SUM(paid_rewards) OVER (PARTITION BY program, advocate_id, kind) AS BIGINT) AS paid_of_kind
    FROM report_advocate_rewards
),

kind_ranks AS (
    SELECT
        program,
        advocate_id,
        kind,
        currency,
        rewards,
        balance_minor,
        paid_minor,
        paid_of_kind,
        ROW_NUMBER() OVER (PARTITION BY program, advocate_id ORDER BY paid_of_kind DESC, kind, currency) AS kind_rank
    FROM kind_rewards
),

contributions AS (
    SELECT
        program, advocate_id, shares, 0 AS clicks, 0 AS friends, 0 AS journeys, 0 AS new_customers, 0 AS initial_minor,
        0 AS subsequent_minor, 0 AS rewards, 0 AS other_rewards, 0 AS earned_minor, 0 AS paid_minor,
        CAST(NULL AS VARCHAR) AS preferred_kind, first_on, last_on
    FROM sharers
    UNION ALL
    SELECT
        program, advocate_id, 0 AS shares, clicks, 0 AS friends, 0 AS journeys, 0 AS new_customers, 0 AS initial_minor,
        0 AS subsequent_minor, 0 AS rewards, 0 AS other_rewards, 0 AS earned_minor, 0 AS paid_minor,
        CAST(NULL AS VARCHAR) AS preferred_kind, CAST(NULL AS DATE) AS first_on, CAST(NULL AS DATE) AS last_on
    FROM clicked_advocates
    UNION ALL
    SELECT
        program, advocate_id, 0 AS shares, 0 AS clicks, friends, journeys, new_customers, initial_minor,
        subsequent_minor, 0 AS rewards, 0 AS other_rewards, 0 AS earned_minor, 0 AS paid_minor,
        CAST(NULL AS VARCHAR) AS preferred_kind, first_on, last_on
    FROM recognized_friends
    UNION ALL
    SELECT
        program, advocate_id, 0 AS shares, 0 AS clicks, 0 AS friends, 0 AS journeys, 0 AS new_customers,
        0 AS initial_minor, 0 AS subsequent_minor, CASE WHEN currency = $currency THEN rewards ELSE 0 END AS rewards,
        CASE WHEN currency = $currency THEN 0 ELSE rewards END AS other_rewards,
        CASE WHEN currency = $currency THEN balance_minor ELSE 0 END AS earned_minor,
        CASE WHEN currency = $currency THEN paid_minor ELSE 0 END AS paid_minor,
        CASE WHEN kind_rank = 1 AND paid_of_kind > 0 THEN kind END AS preferred_kind, CAST(NULL AS DATE) AS first_on,
        CAST(NULL AS DATE) AS last_on
    FROM kind_ranks
),

known_advocates AS (
    SELECT
        program,
        advocate_id,
        CAST(SUM(shares) AS BIGINT) AS shares,
        CAST(SUM(clicks) AS BIGINT) AS clicks,
        CAST(SUM(friends) AS BIGINT) AS friends,
        CAST(SUM(journeys) AS BIGINT) AS journeys,
        CAST(SUM(new_customers) AS BIGINT) AS new_customers,
        CAST(SUM(initial_minor) AS BIGINT) AS initial_minor,
        CAST(SUM(subsequent_minor) AS BIGINT) AS subsequent_minor,
        CAST(SUM(rewards) AS BIGINT) AS rewards,
        CAST(SUM(other_rewards) AS BIGINT) AS other_rewards,
        CAST(SUM(earned_minor) AS BIGINT) AS earned_minor,
        CAST(SUM(paid_minor) AS BIGINT) AS paid_minor,
        MAX(preferred_kind) AS preferred_kind,
        MIN(first_on) AS first_on,
        MAX(last_on) AS last_active_on
    FROM contributions
    GROUP BY program, advocate_id
),

known_persons AS (
    SELECT DISTINCT advocate_id
    FROM known_advocates
),

all_advocates AS (
    SELECT
        k.program, k.advocate_id, e.enrolled_on, e.left_on, k.shares, k.clicks, k.friends, k.journeys,
        k.new_customers, k.initial_minor, k.subsequent_minor, k.rewards, k.other_rewards, k.earned_minor, k.paid_minor,
        k.preferred_kind, k.last_active_on, COALESCE(e.enrolled_on, k.first_on) AS joined_on
    FROM known_advocates AS k
    LEFT JOIN enrollments AS e ON k.advocate_id = e.advocate_id
    UNION ALL
    SELECT
        '(none)' AS program, e.advocate_id, e.enrolled_on, e.left_on, 0 AS shares, 0 AS clicks, 0 AS friends,
        0 AS journeys, 0 AS new_customers, 0 AS initial_minor, 0 AS subsequent_minor, 0 AS rewards, 0 AS other_rewards,
        0 AS earned_minor, 0 AS paid_minor, CAST(NULL AS VARCHAR) AS preferred_kind,
        CAST(NULL AS DATE) AS last_active_on, e.enrolled_on AS joined_on
    FROM enrollments AS e
    LEFT JOIN known_persons AS k ON e.advocate_id = k.advocate_id
    WHERE k.advocate_id IS NULL
),

ranked_advocates AS (
    SELECT
        program, advocate_id, enrolled_on, left_on, shares, clicks, friends, journeys, new_customers, initial_minor,
        subsequent_minor, rewards, other_rewards, earned_minor, paid_minor, preferred_kind, last_active_on, joined_on,
        CASE
            WHEN friends > 0
                THEN ROW_NUMBER() OVER (PARTITION BY program ORDER BY friends DESC, new_customers DESC, advocate_id)
        END AS leaderboard_rank,
        CAST(SUM(CASE WHEN friends > 0 THEN 1 ELSE 0 END) OVER (PARTITION BY program) AS BIGINT) AS successful
    FROM all_advocates
)

SELECT
    r.program,
    r.advocate_id,
    CASE
        WHEN r.left_on <= $as_of THEN 'left'
        WHEN CAST($as_of - COALESCE(r.last_active_on, r.joined_on) AS BIGINT) > c.dormant_after_days THEN 'dormant'
        WHEN 100 * (r.leaderboard_rank - 1) < c.top_advocates_percent * r.successful THEN 'top'
        WHEN CAST($as_of - r.joined_on AS BIGINT) <= c.new_for_days THEN 'new'
        WHEN r.last_active_on IS NULL THEN 'idle'
        ELSE 'active'
    END AS segment,
    r.leaderboard_rank,
    r.enrolled_on,
    r.left_on,
    r.last_active_on,
    r.shares,
    r.clicks,
    r.friends,
    r.journeys,
    r.new_customers,
    r.initial_minor,
    r.subsequent_minor,
    CAST($currency AS VARCHAR) AS currency,
    r.rewards,
    r.other_rewards,
    r.earned_minor,
    r.paid_minor,
    r.preferred_kind
FROM ranked_advocates AS r
LEFT JOIN config_reports AS c ON TRUE
