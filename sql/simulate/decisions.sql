-- Whom every recognized event owes to an advocate under one set of terms; kept once for each side of a comparison.
-- Grain: recognized event × program.
-- Why: it holds just what two sides are compared by. Test events are left out, as in every report; the range of days is
-- that of the roots, so that a journey stands on one side of it whole.
SELECT
    r.event_id,
    r.program,
    r.journey_id,
    COALESCE(r.person_id, r.root_event_id) AS friend_id,
    r.advocate_id,
    r.recognition_type,
    r.on_event,
    r.eligible,
    r.quality
FROM recognitions AS r
INNER JOIN journey_roots AS j ON r.journey_id = j.journey_id AND r.program = j.program
WHERE r.container <> 'test' AND j.root_on BETWEEN $from_on AND $to_on
