-- How many friends had used the coupon by then, this one included (`coupon_overused`).
-- Grain: recognized root × program, where a coupon of an advocate recognized it.
-- Why: an offer to friends that strangers use was passed on to the public. Each use is counted with those before it,
-- never with those after; a friend counts once. Public coupons name no advocate and are none of this.
WITH numbered_uses AS (
    SELECT
        d.root_event_id,
        d.program,
        d.container,
        d.evidence_key,
        d.root_at,
        ROW_NUMBER() OVER (
            PARTITION BY d.program, d.container, d.evidence_key, d.friend_key ORDER BY d.root_at, d.root_event_id
        ) AS use_number
    FROM root_decisions AS d
    INNER JOIN config_quality AS q ON d.program = q.program AND q.rule = 'coupon_overused'
    WHERE d.recognition_type = 'COUPON_CODE' AND d.basis = 'direct'
)

SELECT
    root_event_id,
    program,
    'coupon_overused' AS rule,
    CAST(SUM(CASE WHEN use_number = 1 THEN 1 ELSE 0 END) OVER (
        PARTITION BY program, container, evidence_key
        ORDER BY root_at, root_event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS BIGINT) AS observed
FROM numbered_uses
