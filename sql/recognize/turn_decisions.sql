-- Whom each root would owe to an advocate if its program were alone: by its own winner or through the relationship.
-- Grain: recognizable root × program.
-- Why: a relationship that holds outranks a winner that was not used on the event; it never recognizes a journey of
-- which its advocate is an owner. All rests on the friend's own turns: a friend's decisions change together.
WITH governed_turns AS (
    SELECT
        t.friend_key, t.program, t.container, t.turn_number,
        MAX(f.turn_number) OVER (
            PARTITION BY t.friend_key, t.program, t.container
            ORDER BY t.turn_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS founder_turn
    FROM relationship_turns AS t
    LEFT JOIN relationship_founders AS f
        ON
            t.friend_key = f.friend_key AND t.program = f.program AND t.container = f.container
            AND t.turn_number = f.turn_number
),

decided_turns AS (
    SELECT
        t.root_event_id, t.program, t.journey_id, t.person_id, t.friend_key, t.container, t.root_at, t.root_on,
        t.exclusive_group, t.has_winner,
        f.turn_number < t.turn_number AND t.root_on <= f.last_on AND o.person_id IS NULL AS is_held,
        t.advocate_id, t.recognition_type, t.on_event, t.share_key, t.evidence_key, t.evidence_at, t.evidence_on,
        f.root_event_id AS founder_event_id,
        f.advocate_id AS founder_advocate_id,
        f.recognition_type AS founder_type,
        f.on_event AS founder_on_event,
        f.share_key AS founder_share_key,
        f.evidence_key AS founder_evidence_key,
        f.evidence_at AS founder_evidence_at,
        f.evidence_on AS founder_evidence_on
    FROM relationship_turns AS t
    INNER JOIN governed_turns AS g
        ON
            t.friend_key = g.friend_key AND t.program = g.program AND t.container = g.container
            AND t.turn_number = g.turn_number
    LEFT JOIN relationship_founders AS f
        ON
            g.friend_key = f.friend_key AND g.program = f.program AND g.container = f.container
            AND g.founder_turn = f.turn_number
    LEFT JOIN journey_owners AS o ON t.journey_id = o.journey_id AND f.advocate_id = o.person_id
)

SELECT
    d.root_event_id, d.program, d.journey_id, d.person_id, d.friend_key, d.container, d.root_at, d.root_on,
    d.exclusive_group,
    CASE
        WHEN d.is_held THEN 'relationship'
        WHEN d.recognition_type = 'MANUAL' THEN 'manual'
        ELSE 'direct'
    END AS basis,
    CASE WHEN d.is_held THEN d.founder_advocate_id ELSE d.advocate_id END AS advocate_id,
    CASE WHEN d.is_held THEN d.founder_type ELSE d.recognition_type END AS recognition_type,
    CASE WHEN d.is_held THEN d.founder_on_event ELSE d.on_event END AS on_event,
    CASE WHEN d.is_held THEN d.founder_share_key ELSE d.share_key END AS share_key,
    CASE WHEN d.is_held THEN d.founder_evidence_key ELSE d.evidence_key END AS evidence_key,
    CASE WHEN d.is_held THEN d.founder_evidence_at ELSE d.evidence_at END AS evidence_at,
    CASE WHEN d.is_held THEN d.founder_evidence_on ELSE d.evidence_on END AS evidence_on,
    CASE WHEN d.is_held THEN d.founder_event_id END AS via_event_id
FROM decided_turns AS d
WHERE d.is_held OR d.has_winner
