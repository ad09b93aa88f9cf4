-- What each case is worth where that depends on its events: a percentage of an amount, or a tier of its product.
-- Grain: rule_version x role x slot_id; rules of one fixed amount have no row.
-- Why whole numbers: the part below a minor unit is what is left of a division, so that the stated rounding is exact.
-- Of a sum, what stood there when it was reached counts. A case of no amount, or of a product without a tier, earns
-- nothing; how many referrals came before is not known yet here.
WITH reached_sums AS (
    SELECT
        rule_version,
        role,
        slot_id,
        MAX(satisfied_minor) AS satisfied_minor
    FROM requirement_results
    WHERE kind = 'sum' AND alternative = 0
    GROUP BY rule_version, role, slot_id
),

base_amounts AS (
    SELECT
        c.rule_version, c.role, c.slot_id, t.rate, t.rate_divisor, t.rounding, t.most_minor,
        GREATEST(
            CASE WHEN t.rate_of = 'sum' THEN s.satisfied_minor ELSE c.trigger_amount_minor END, 0
        ) AS base_minor
    FROM reward_cases AS c
    INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version AND t.rate IS NOT NULL
    LEFT JOIN reached_sums AS s
        ON c.rule_version = s.rule_version AND c.role = s.role AND c.slot_id = s.slot_id
),

divided_amounts AS (
    SELECT
        rule_version, role, slot_id, rate_divisor, rounding, most_minor, base_minor,
        (base_minor // rate_divisor) * rate + ((base_minor % rate_divisor) * rate) // rate_divisor AS whole_minor,
        ((base_minor % rate_divisor) * rate) % rate_divisor AS rest
    FROM base_amounts
),

rounded_amounts AS (
    SELECT
        rule_version, role, slot_id, most_minor, base_minor,
        whole_minor + CASE
            WHEN rounding = 'down' THEN 0
            WHEN 2 * rest > rate_divisor THEN 1
            WHEN 2 * rest < rate_divisor THEN 0
            WHEN rounding = 'half_up' THEN 1
            ELSE whole_minor % 2
        END AS amount_minor
    FROM divided_amounts
),

tiered_cases AS (
    SELECT
        c.rule_version,
        c.role,
        c.slot_id,
        COUNT(r.position) AS tiers,
        MAX(t.amount_minor) AS other_minor
    FROM reward_cases AS c
    INNER JOIN rule_terms AS t ON c.rule_version = t.rule_version AND t.has_tiers
    LEFT JOIN rule_tiers AS r
        ON c.rule_version = r.rule_version AND (r.product IS NULL OR r.product = c.trigger_product)
    GROUP BY c.rule_version, c.role, c.slot_id
)

SELECT
    rule_version,
    role,
    slot_id,
    base_minor,
    LEAST(amount_minor, most_minor) AS amount_minor,
    COALESCE(LEAST(amount_minor, most_minor) > 0, FALSE) AS has_value,
    'no_amount' AS reason_code
FROM rounded_amounts
UNION ALL
SELECT
    rule_version,
    role,
    slot_id,
    CAST(NULL AS BIGINT) AS base_minor,
    CAST(NULL AS BIGINT) AS amount_minor,
    tiers > 0 OR other_minor IS NOT NULL AS has_value,
    'no_tier' AS reason_code
FROM tiered_cases
