-- Each friend's roots in the order of time, with the winner of each and the stretch of turns that it belongs to.
-- Grain: root × program.
-- Why: a turn whose ground replaces whatever held before begins a new stretch: a used ground where relationships are
-- replaceable, any ground where there are none, support's word always. Only within a stretch must turns be followed one
-- by one. A permanent relationship has no last day, whatever days are declared. Test roots are turns of their own and
-- never touch a production relationship.
WITH turns AS (
    SELECT
        r.friend_key, r.person_id, r.program, r.container, r.journey_id, r.root_event_id, r.root_at, r.root_on,
        r.exclusive_group, r.relationship_mode,
        CASE WHEN r.relationship_mode = 'permanent' THEN 36500 ELSE COALESCE(r.relationship_days, 36500) END
            AS relationship_days,
        c.advocate_id, c.recognition_type, c.on_event, c.share_key, c.evidence_key, c.evidence_at, c.evidence_on,
        c.root_event_id IS NOT NULL AS has_winner,
        COALESCE(
            r.relationship_mode = 'none'
            OR c.recognition_type = 'MANUAL'
            OR (r.relationship_mode = 'replaceable' AND c.on_event),
            FALSE
        ) AS replaces,
        ROW_NUMBER() OVER (
            PARTITION BY r.friend_key, r.program, r.container ORDER BY r.root_at, r.root_event_id
        ) AS turn_number
    FROM judged_roots AS r
    LEFT JOIN ranked_candidates AS c
        ON r.root_event_id = c.root_event_id AND r.program = c.program AND c.is_winner
)

SELECT
    t.friend_key,
    t.person_id,
    t.program,
    t.container,
    t.journey_id,
    t.root_event_id,
    t.root_at,
    t.root_on,
    t.exclusive_group,
    t.relationship_mode,
    t.relationship_days,
    t.advocate_id,
    t.recognition_type,
    t.on_event,
    t.share_key,
    t.evidence_key,
    t.evidence_at,
    t.evidence_on,
    t.has_winner,
    t.turn_number,
    CAST(
        SUM(CASE WHEN t.has_winner AND t.replaces THEN 1 ELSE 0 END) OVER (
            PARTITION BY t.friend_key, t.program, t.container
            ORDER BY t.turn_number ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT
    ) AS stretch
FROM turns AS t
