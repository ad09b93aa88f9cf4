-- Who reaches the threshold of a tax form in a year, already or with what is approved, and who has little left below it.
-- Grain: form x currency of one tax year; forms that nobody is near have no row.
-- Why in the summary: a form is easier to prepare before the money goes out. Little is a tenth of the threshold.
SELECT
    form,
    currency,
    CAST(SUM(CASE WHEN needs_form THEN 1 ELSE 0 END) AS BIGINT) AS reached,
    CAST(SUM(CASE WHEN will_need_form AND NOT needs_form THEN 1 ELSE 0 END) AS BIGINT) AS with_approved,
    CAST(SUM(CASE WHEN NOT will_need_form THEN 1 ELSE 0 END) AS BIGINT) AS near,
    MIN(CASE WHEN NOT will_need_form THEN headroom_minor - planned_minor END) AS least_headroom_minor
FROM tax_totals
WHERE
    tax_year = $tax_year
    AND threshold_minor IS NOT NULL
    AND (will_need_form OR (headroom_minor - planned_minor) * 10 <= threshold_minor)
GROUP BY form, currency
ORDER BY form, currency
