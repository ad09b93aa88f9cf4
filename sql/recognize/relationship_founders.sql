-- The turns that found a relationship: the first winner of each stretch, and after each founder the first winner later
-- than its last day.
-- Grain: founding root × program.
-- Why: a relationship's days run from the root that founded it and are not renewed, so whether a turn founds depends on
-- the founder before it. Each turn's successor is found once by a window; the recursion then only follows the pointers
-- and takes as many rounds as one friend has relationships, not as many as one friend has events.
WITH RECURSIVE winners AS (
    SELECT
        t.friend_key, t.program, t.container, t.stretch, t.turn_number, t.root_on, t.relationship_days,
        ROW_NUMBER() OVER (
            PARTITION BY t.friend_key, t.program, t.container, t.stretch ORDER BY t.turn_number
        ) AS winner_number
    FROM relationship_turns AS t
    WHERE t.has_winner
),

days AS (
    SELECT w.friend_key, w.program, w.container, w.stretch, w.root_on AS day_on, 1 AS part,
        w.turn_number AS founder_turn, CAST(NULL AS BIGINT) AS ended_turn
    FROM winners AS w
    UNION ALL
    SELECT w.friend_key, w.program, w.container, w.stretch, w.root_on + w.relationship_days + 1, 0,
        NULL, w.turn_number
    FROM winners AS w
),

successors AS (
    SELECT d.friend_key, d.program, d.container, d.ended_turn,
        MIN(d.founder_turn) OVER (
            PARTITION BY d.friend_key, d.program, d.container, d.stretch
            ORDER BY d.day_on, d.part, COALESCE(d.founder_turn, d.ended_turn)
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS next_turn
    FROM days AS d
),

founders AS (
    SELECT w.friend_key, w.program, w.container, w.turn_number
    FROM winners AS w
    WHERE w.winner_number = 1
    UNION ALL
    SELECT s.friend_key, s.program, s.container, s.next_turn
    FROM founders AS f
    INNER JOIN successors AS s
        ON
            f.friend_key = s.friend_key AND f.program = s.program AND f.container = s.container
            AND f.turn_number = s.ended_turn
    WHERE s.next_turn > f.turn_number
)

SELECT
    t.friend_key,
    t.person_id,
    t.program,
    t.container,
    t.turn_number,
    t.root_event_id,
    t.root_at,
    t.root_on AS from_on,
    t.relationship_mode,
    CASE WHEN t.relationship_mode = 'none' THEN t.root_on - 1 ELSE t.root_on + t.relationship_days END AS last_on,
    t.advocate_id,
    t.recognition_type,
    t.on_event,
    t.share_key,
    t.evidence_key,
    t.evidence_at,
    t.evidence_on
FROM founders AS f
INNER JOIN relationship_turns AS t
    ON
        f.friend_key = t.friend_key AND f.program = t.program AND f.container = t.container
        AND f.turn_number = t.turn_number
