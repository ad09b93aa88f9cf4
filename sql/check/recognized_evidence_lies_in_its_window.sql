-- Winning candidates whose evidence comes after the event, lies before the look-back of its ground, or rests on a ground
-- that the program's order does not name.
-- Grain: candidate; no rows when the check holds.
SELECT
    c.event_id,
    c.program,
    c.recognition_type,
    c.on_event,
    c.evidence_on,
    e.occurred_on
FROM recognition_candidates AS c
INNER JOIN events AS e ON c.event_id = e.event_id
LEFT JOIN config_grounds AS g
    ON c.program = g.program AND c.recognition_type = g.recognition_type AND c.on_event = g.on_event
WHERE
    c.outcome = 'won'
    AND (
        g.program IS NULL
        OR c.evidence_at IS NULL
        OR DATE_TRUNC('second', c.evidence_at) > DATE_TRUNC('second', e.occurred_at)
        OR c.evidence_on + g.look_back_days < e.occurred_on
    )
