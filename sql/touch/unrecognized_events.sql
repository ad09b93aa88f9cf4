-- The events whose recognition, or the reason why there is none, can have changed.
-- Grain: event_id.
-- Why: the reason is the journey's.
WITH touched_journeys AS (
    SELECT journey_id FROM changed_judged_roots
    UNION
    SELECT journey_id FROM changed_ranked_candidates
    UNION
    SELECT journey_id FROM changed_journey_owners
    UNION
    SELECT journey_id FROM changed_events
    UNION
    SELECT judged_roots.journey_id
    FROM judged_roots
    INNER JOIN changed_coupons ON judged_roots.coupon_key = changed_coupons.coupon_key
)

SELECT event_id FROM changed_judged_events
UNION
SELECT event_id FROM changed_recognitions
UNION
SELECT judged_events.event_id
FROM judged_events
INNER JOIN touched_journeys ON judged_events.journey_id = touched_journeys.journey_id
