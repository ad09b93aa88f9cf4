-- An advocate's own rewards as they may be told to the advocate: of the friend behind each, only whether the friend may
-- be confirmed at all.
-- Grain: reward.
-- Why no day but that of sending: when a reward was earned or is released is when the friend did something. A friend may
-- be confirmed unless one of the people on the journey opted out, or is missing from the list of those who agreed. Behind
-- a reward without a journey, such as a goodwill gesture granted by hand, there is no friend to ask.
WITH own_rewards AS (
    SELECT
        r.reward_id,
        r.program,
        r.rule_id,
        r.journey_id,
        r.kind,
        r.amount_minor,
        r.currency,
        r.state
    FROM rewards AS r
    LEFT JOIN person_aliases AS a ON r.beneficiary_id = a.alias
    WHERE (r.beneficiary_id = $advocate_id OR a.person_id = $advocate_id) AND r.role = 'advocate'
),

journey_people AS (
    SELECT
        r.reward_id,
        j.person_id
    FROM own_rewards AS r
    INNER JOIN journeys AS j ON r.journey_id = j.journey_id
    WHERE j.person_id IS NOT NULL
    UNION
    SELECT
        r.reward_id,
        e.person_id
    FROM own_rewards AS r
    INNER JOIN events AS e ON r.journey_id = e.journey_id
    WHERE e.person_id IS NOT NULL
),

meant_people AS (
    SELECT
        reward_id,
        person_id,
        person_id AS meant_id
    FROM journey_people
    UNION
    SELECT
        p.reward_id,
        p.person_id,
        own.person_id AS meant_id
    FROM journey_people AS p
    INNER JOIN vault.person_identifiers AS carried ON p.person_id = carried.person_id AND carried.is_shared
    INNER JOIN vault.person_identifiers AS own
        ON carried.identifier_key = own.identifier_key AND NOT own.is_shared
),

consents AS (
    SELECT
        person_id,
        MAX(CASE WHEN purpose = 'opt_out' THEN 1 ELSE 0 END) AS opted_out,
        MAX(CASE WHEN purpose = 'consent' THEN 1 ELSE 0 END) AS agreed
    FROM vault.consents
    WHERE from_on <= $as_of AND (until_on IS NULL OR until_on > $as_of)
    GROUP BY person_id
),

consent_lists AS (
    SELECT COUNT(*) AS entries
    FROM vault.consents
    WHERE purpose = 'consent'
),

said_by_people AS (
    SELECT
        m.reward_id,
        m.person_id,
        MAX(COALESCE(c.opted_out, 0)) AS opted_out,
        MAX(COALESCE(c.agreed, 0)) AS agreed
    FROM meant_people AS m
    LEFT JOIN consents AS c ON m.meant_id = c.person_id
    GROUP BY m.reward_id, m.person_id
),

said AS (
    SELECT
        reward_id,
        MAX(opted_out) AS opted_out,
        MIN(agreed) AS agreed,
        MAX(CASE WHEN person_id = $friend_id THEN 1 ELSE 0 END) AS is_of_friend
    FROM said_by_people
    GROUP BY reward_id
),

sent AS (
    SELECT
        reward_id,
        MAX(issued_on) AS sent_on
    FROM payouts
    GROUP BY reward_id
)

SELECT
    r.reward_id,
    r.program,
    r.rule_id,
    r.kind,
    r.amount_minor,
    r.currency,
    r.state,
    p.sent_on,
    COALESCE(s.opted_out, 0) = 0
    AND (NOT ($requires_consent OR l.entries > 0) OR r.journey_id IS NULL OR COALESCE(s.agreed, 0) = 1)
        AS may_be_confirmed
FROM own_rewards AS r
CROSS JOIN consent_lists AS l
LEFT JOIN said AS s ON r.reward_id = s.reward_id
LEFT JOIN sent AS p ON r.reward_id = p.reward_id
WHERE
    (CAST($friend_id AS BIGINT) IS NULL OR s.is_of_friend = 1)
    AND (CAST($reward_id AS BIGINT) IS NULL OR r.reward_id = $reward_id)
ORDER BY r.program, p.sent_on NULLS LAST, r.reward_id
