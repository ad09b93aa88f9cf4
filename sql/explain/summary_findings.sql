-- Rewards that a person should look at, by what was found.
-- Grain: finding.
SELECT
    finding,
    COUNT(DISTINCT reward_id) AS rewards
FROM reward_findings
GROUP BY finding
ORDER BY COUNT(DISTINCT reward_id) DESC, finding ASC
