-- How many codes right beside the coupon's number were used in the same days, itself included (`guessed_series`).
-- Grain: recognized root × program, where a numbered coupon of an advocate recognized it.
-- Why: who guesses codes tries a series one by one, those that were never issued too, so every code that an event carries
-- counts. Beside means: the same text but for the last digits, as many digits, at most 10 apart. Only neighboring tens
-- of a series are joined, or a long series would be joined to itself. The text is read from the vault, and only the
-- number leaves this query.
WITH coupon_roots AS (
    SELECT d.root_event_id, d.program, d.container, d.root_on, d.evidence_key AS coupon_key, q.within_days
    FROM root_decisions AS d
    INNER JOIN config_quality AS q ON d.program = q.program AND q.rule = 'guessed_series'
    WHERE d.recognition_type = 'COUPON_CODE' AND d.basis = 'direct'
),

uses AS (
    SELECT DISTINCT e.coupon_key, e.occurred_on, e.container
    FROM events AS e
    WHERE
        e.coupon_key IS NOT NULL AND e.status = 'active'
        AND e.container IN (SELECT r.container FROM coupon_roots AS r)
),

used_codes AS (
    SELECT DISTINCT coupon_key
    FROM uses
),

texts AS (
    SELECT u.coupon_key, v.value, NULLIF(REGEXP_EXTRACT(v.value, '([0-9]{1,9})$', 1), '') AS digits
    FROM used_codes AS u
    INNER JOIN identifiers AS v ON u.coupon_key = v.identifier_key AND v.kind = 'coupon_code'
),

codes AS (
    SELECT
        coupon_key,
        SUBSTR(value, 1, LENGTH(value) - LENGTH(digits)) AS stem,
        LENGTH(digits) AS width,
        CAST(digits AS BIGINT) AS number
    FROM texts
    WHERE digits IS NOT NULL
),

neighboring_tens AS (
    SELECT coupon_key, stem, width, number, number // 10 AS tens FROM codes
    UNION ALL
    SELECT coupon_key, stem, width, number, number // 10 - 1 AS tens FROM codes
    UNION ALL
    SELECT coupon_key, stem, width, number, number // 10 + 1 AS tens FROM codes
)

SELECT
    r.root_event_id,
    r.program,
    'guessed_series' AS rule,
    COUNT(DISTINCT n.coupon_key) AS observed
FROM coupon_roots AS r
INNER JOIN codes AS c ON r.coupon_key = c.coupon_key
INNER JOIN neighboring_tens AS n
    ON
        c.stem = n.stem
        AND c.width = n.width
        AND c.number // 10 = n.tens
        AND n.number BETWEEN c.number - 10 AND c.number + 10
INNER JOIN uses AS u
    ON
        n.coupon_key = u.coupon_key
        AND r.container = u.container
        AND u.occurred_on <= r.root_on
        AND u.occurred_on + r.within_days > r.root_on
GROUP BY r.root_event_id, r.program
