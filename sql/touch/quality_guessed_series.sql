-- The roots by coupon in whose days the use of a code changed.
-- Grain: root_event_id x program.
-- Why: any code may be a neighbor, so only the days tell which roots a changed use can reach.
WITH changed_days AS (
    SELECT DISTINCT changed_events.occurred_on
    FROM changed_events
    WHERE changed_events.coupon_key IS NOT NULL
)

SELECT root_event_id, program FROM changed_root_decisions
UNION
SELECT root_decisions.root_event_id, root_decisions.program
FROM root_decisions
INNER JOIN config_quality
    ON root_decisions.program = config_quality.program AND config_quality.rule = 'guessed_series'
INNER JOIN changed_days
    ON
        root_decisions.root_on >= changed_days.occurred_on
        AND root_decisions.root_on < changed_days.occurred_on + config_quality.within_days
WHERE root_decisions.recognition_type = 'COUPON_CODE'
