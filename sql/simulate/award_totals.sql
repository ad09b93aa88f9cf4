-- Who gains and who loses, by role: persons with a journey each, in counts and minor units.
-- Grain: program × role × currency.
-- Why by journey: somebody who gets another amount for the same friend neither gained nor lost a reward.
SELECT
    program,
    role,
    currency,
    CAST(SUM(now_rewards) AS BIGINT) AS now_rewards,
    CAST(SUM(then_rewards) AS BIGINT) AS then_rewards,
    CAST(SUM(now_minor) AS BIGINT) AS now_minor,
    CAST(SUM(then_minor) AS BIGINT) AS then_minor,
    CAST(SUM(CASE WHEN change = 'gained' THEN 1 ELSE 0 END) AS BIGINT) AS gained,
    CAST(SUM(CASE WHEN change = 'gained' THEN then_minor ELSE 0 END) AS BIGINT) AS gained_minor,
    CAST(SUM(CASE WHEN change = 'lost' THEN 1 ELSE 0 END) AS BIGINT) AS lost,
    CAST(SUM(CASE WHEN change = 'lost' THEN now_minor ELSE 0 END) AS BIGINT) AS lost_minor,
    CAST(SUM(CASE WHEN change = 'more' THEN 1 ELSE 0 END) AS BIGINT) AS more,
    CAST(SUM(CASE WHEN change = 'more' THEN then_minor - now_minor ELSE 0 END) AS BIGINT) AS more_minor,
    CAST(SUM(CASE WHEN change = 'less' THEN 1 ELSE 0 END) AS BIGINT) AS less,
    CAST(SUM(CASE WHEN change = 'less' THEN now_minor - then_minor ELSE 0 END) AS BIGINT) AS less_minor
FROM award_changes
GROUP BY program, role, currency
ORDER BY program, role, currency
