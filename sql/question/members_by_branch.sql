-- Which branch's members bring friends, and what do they earn? Your own member table, as `members`, joined by the member's id.
-- Grain: branch.
WITH member_persons AS (
    SELECT
        m.branch,
        p.person_id
    FROM members AS m
    INNER JOIN persons AS p ON m.member_id = p.partner_user_id
),

brought AS (
    SELECT
        advocate_id,
        COUNT(*) AS friends
    FROM recognitions
    WHERE container = 'production' AND event_id = root_event_id
    GROUP BY advocate_id
),

earned AS (
    SELECT
        beneficiary_id,
        SUM(amount_minor) AS reward_minor
    FROM rewards
    WHERE currency <> 'XXX' AND state NOT IN ('voided', 'clawed_back', 'declined')
    GROUP BY beneficiary_id
)

SELECT
    m.branch,
    COUNT(*) AS members,
    COALESCE(SUM(b.friends), 0) AS friends,
    COALESCE(SUM(e.reward_minor), 0) AS reward_minor
FROM member_persons AS m
LEFT JOIN brought AS b ON m.person_id = b.advocate_id
LEFT JOIN earned AS e ON m.person_id = e.beneficiary_id
GROUP BY m.branch
ORDER BY friends DESC, m.branch
