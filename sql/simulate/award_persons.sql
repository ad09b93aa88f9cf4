-- The persons for whom most changes, in both directions, and how many there are.
-- Grain: role × beneficiary × currency.
-- Why: who writes first when the rules change. Ids only; `explain` and the published tables tell the rest.
WITH persons_changed AS (
    SELECT
        role,
        beneficiary_id,
        currency,
        CAST(SUM(now_minor) AS BIGINT) AS now_minor,
        CAST(SUM(then_minor) AS BIGINT) AS then_minor,
        ABS(CAST(SUM(then_minor) AS BIGINT) - CAST(SUM(now_minor) AS BIGINT)) AS difference_minor
    FROM award_changes
    GROUP BY role, beneficiary_id, currency
),

ranked_persons AS (
    SELECT
        role, beneficiary_id, currency, now_minor, then_minor,
        ROW_NUMBER() OVER (
            PARTITION BY currency ORDER BY difference_minor DESC, role, beneficiary_id
        ) AS place,
        CAST(SUM(CASE WHEN then_minor > now_minor THEN 1 ELSE 0 END) OVER (PARTITION BY currency) AS BIGINT) AS gaining,
        CAST(SUM(CASE WHEN then_minor < now_minor THEN 1 ELSE 0 END) OVER (PARTITION BY currency) AS BIGINT) AS losing
    FROM persons_changed
    WHERE difference_minor > 0
)

SELECT
    role,
    beneficiary_id,
    currency,
    now_minor,
    then_minor,
    gaining,
    losing
FROM ranked_persons
WHERE place <= $most_persons
ORDER BY currency, place
