-- What each rule version gives at most for one case.
-- Grain: rule_version.
-- Of tiers it is the greatest, of a percentage its cap; without a cap nobody can know, and most_minor is empty.
WITH greatest_tiers AS (
    SELECT
        rule_version,
        MAX(amount_minor) AS amount_minor
    FROM rule_tiers
    GROUP BY rule_version
)

SELECT
    t.rule_version,
    t.reward_kind AS kind,
    t.reward_currency AS currency,
    t.pending_days,
    CASE
        WHEN t.rate IS NOT NULL THEN t.most_minor
        WHEN g.amount_minor > COALESCE(t.amount_minor, 0) THEN g.amount_minor
        ELSE t.amount_minor
    END AS most_minor
FROM rule_terms AS t
LEFT JOIN greatest_tiers AS g ON t.rule_version = g.rule_version
