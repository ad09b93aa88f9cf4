-- The advocates who brought most friends: the first twenty of all leaderboards together.
-- Grain: program x advocate.
SELECT
    program,
    advocate_id,
    segment,
    leaderboard_rank,
    shares,
    friends,
    new_customers,
    initial_minor + subsequent_minor AS brought_minor,
    earned_minor,
    currency,
    COUNT(*) OVER () AS all_leaders
FROM report_advocates
WHERE leaderboard_rank IS NOT NULL
ORDER BY friends DESC, new_customers DESC, program ASC, leaderboard_rank ASC
LIMIT 20
