-- What each person was paid in a calendar year by the tax form that reports it, against the form's threshold.
-- Grain: tax_year x person_id x form x currency.
-- A payment belongs to the year in which it was confirmed, else issued. Cash, account credit and gift cards count; coupons
-- and points have no value that a form could report. What was clawed back in the year of its payment is taken off;
-- clawed back later it stays in the total of its year, which was reported by then. planned_minor is approved, and goes
-- out if nothing stops it, this year by the as-of date.
-- Why by person and not by beneficiary: two ids that turned out to be one person share one threshold.
WITH taxed_rewards AS (
    SELECT
        r.reward_id,
        COALESCE(a.person_id, r.beneficiary_id) AS person_id,
        t.form,
        r.currency,
        r.amount_minor,
        r.state
    FROM rewards AS r
    INNER JOIN config_tax_forms AS t ON r.role = t.role
    LEFT JOIN person_aliases AS a ON r.beneficiary_id = a.alias
    WHERE r.kind IN ('cash', 'account_credit', 'gift_card') AND r.beneficiary_id IS NOT NULL
),

yearly_amounts AS (
    SELECT
        CAST(EXTRACT(YEAR FROM COALESCE(l.fulfilled_on, l.issued_on)) AS INTEGER) AS tax_year,
        r.person_id,
        r.form,
        r.currency,
        1 AS payments,
        CASE
            WHEN EXTRACT(YEAR FROM l.clawed_back_on) = EXTRACT(YEAR FROM COALESCE(l.fulfilled_on, l.issued_on)) THEN 0
            ELSE l.amount_minor
        END AS paid_minor,
        0 AS planned_minor
    FROM payout_lines AS l
    INNER JOIN taxed_rewards AS r ON l.reward_id = r.reward_id
    WHERE NOT l.is_returned
    UNION ALL
    SELECT
        CAST(EXTRACT(YEAR FROM $as_of) AS INTEGER) AS tax_year,
        person_id,
        form,
        currency,
        0 AS payments,
        0 AS paid_minor,
        amount_minor AS planned_minor
    FROM taxed_rewards
    WHERE state = 'approved'
),

totals AS (
    SELECT
        tax_year,
        person_id,
        form,
        currency,
        CAST(SUM(payments) AS BIGINT) AS payments,
        CAST(SUM(paid_minor) AS BIGINT) AS paid_minor,
        CAST(SUM(planned_minor) AS BIGINT) AS planned_minor
    FROM yearly_amounts
    GROUP BY tax_year, person_id, form, currency
)

SELECT
    t.tax_year,
    t.person_id,
    t.form,
    t.currency,
    t.payments,
    t.paid_minor,
    t.planned_minor,
    h.threshold_minor,
    CASE WHEN t.paid_minor < h.threshold_minor THEN h.threshold_minor - t.paid_minor ELSE 0 END AS headroom_minor,
    COALESCE(t.paid_minor >= h.threshold_minor, FALSE) AS needs_form,
    COALESCE(t.paid_minor + t.planned_minor >= h.threshold_minor, FALSE) AS will_need_form
FROM totals AS t
LEFT JOIN tax_thresholds AS h
    ON
        t.form = h.form
        AND t.currency = h.currency
        AND t.tax_year >= h.from_year
        AND (h.until_year IS NULL OR t.tax_year <= h.until_year)
