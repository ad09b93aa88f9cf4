-- The advocate who was recognized for each rewardable event, by which evidence, and whether the terms let it count.
-- Grain: event x program, recognized.
-- Why eligible stands here and is no filter: who referred stays known even where the terms pay nothing.
SELECT
    event_id,
    program,
    journey_id,
    root_event_id,
    person_id,
    advocate_id,
    recognition_type,
    label,
    basis,
    on_event,
    share_id,
    evidence_at,
    via_event_id,
    friend_event_number,
    is_initial,
    eligible,
    ineligible_reason,
    quality,
    container,
    occurred_at,
    occurred_on
FROM recognitions
