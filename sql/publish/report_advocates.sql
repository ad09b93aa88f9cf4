-- Every advocate of each program: how active, how successful, what it brought and what it cost.
-- Grain: program x advocate; those who never shared nor brought anybody stand once, under program '(none)'.
-- leaderboard_rank is empty without a recognized friend. Money is in the workspace's currency; rewards in others, and
-- those that are no money, are counted in other_rewards and stand in report_advocate_rewards.
SELECT
    r.program,
    r.advocate_id,
    r.segment,
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
    CAST(
        CAST(r.initial_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS initial_amount,
    r.subsequent_minor,
    CAST(
        CAST(r.subsequent_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS subsequent_amount,
    r.currency,
    r.rewards,
    r.other_rewards,
    r.earned_minor,
    CAST(
        CAST(r.earned_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS earned_amount,
    r.paid_minor,
    CAST(
        CAST(r.paid_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS paid_amount,
    r.preferred_kind
FROM report_advocates AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
