-- How long rewards have stood in the states in which somebody waits for them.
-- Grain: state x ageing bucket.
SELECT
    state,
    ageing,
    CAST(SUM(rewards) AS BIGINT) AS rewards
FROM report_reward_states
WHERE state IN ('pending', 'approved', 'issued', 'failed')
GROUP BY state, ageing
ORDER BY state ASC, ageing ASC
