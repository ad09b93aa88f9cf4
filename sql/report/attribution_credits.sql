-- The share of credit that each attribution model gives each touch of a recognized journey.
-- Grain: journey root x program x touch.
-- Credits are whole millionths of one event and sum to exactly 1,000,000 per root and model. first, last: all to the
-- first or last touch. linear: all alike. position: 40 % to the first, 40 % to the last, 20 % to those between, alike;
-- of two touches half each, a single one gets all. decay: by config_decay_weights, whose weight halves with every
-- half-life between a touch and the last one (measured from the conversion, the proportions would be the same).
-- What a division leaves over goes, a millionth each, to the earliest touches; under decay to the latest.
WITH weighted_touches AS (
    SELECT
        t.root_event_id, t.program, t.touch_number, t.touches, t.advocate_id, t.recognition_type, t.channel, t.campaign,
        t.promotion_source,
        COALESCE(w.weight, CASE WHEN t.days_before_last = 0 THEN 1 ELSE 0 END) AS weight
    FROM attribution_touches AS t
    LEFT JOIN config_decay_weights AS w ON t.days_before_last = w.days_before_last
),

totaled_touches AS (
    SELECT
        root_event_id, program, touch_number, touches, advocate_id, recognition_type, channel, campaign,
        promotion_source, weight,
        CAST(SUM(weight) OVER (PARTITION BY root_event_id, program) AS BIGINT) AS weights
    FROM weighted_touches
),

decayed_touches AS (
    SELECT
        root_event_id, program, touch_number, touches, advocate_id, recognition_type, channel, campaign,
        promotion_source,
        (1000000 * weight) // weights AS whole_credit,
        CAST(SUM((1000000 * weight) // weights) OVER (PARTITION BY root_event_id, program) AS BIGINT) AS whole_credits
    FROM totaled_touches
)

SELECT
    root_event_id,
    program,
    touch_number,
    advocate_id,
    recognition_type,
    channel,
    campaign,
    promotion_source,
    CAST(CASE WHEN touch_number = 1 THEN 1000000 ELSE 0 END AS BIGINT) AS credit_first,
    CAST(CASE WHEN touch_number = touches THEN 1000000 ELSE 0 END AS BIGINT) AS credit_last,
    CAST(
        1000000 // touches + CASE WHEN touch_number <= 1000000 % touches THEN 1 ELSE 0 END AS BIGINT
    ) AS credit_linear,
    CAST(
        CASE
            WHEN touches = 1 THEN 1000000
            WHEN touches = 2 THEN 500000
            WHEN touch_number = 1 OR touch_number = touches THEN 400000
            ELSE
                200000 // GREATEST(touches - 2, 1)
                + CASE WHEN touch_number - 1 <= 200000 % GREATEST(touches - 2, 1) THEN 1 ELSE 0 END
        END AS BIGINT
    ) AS credit_position,
    CAST(
        whole_credit + CASE WHEN touch_number > touches - (1000000 - whole_credits) THEN 1 ELSE 0 END AS BIGINT
    ) AS credit_decay
FROM decayed_touches
