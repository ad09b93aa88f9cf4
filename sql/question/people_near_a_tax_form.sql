-- Who is near the sum at which a tax form is due? Headroom is what may still be paid this year; the persons who have passed it
-- are counted, the nearest others named.
-- Grain: form x currency.
SELECT
    tax_year,
    form,
    currency,
    SUM(CASE WHEN needs_form THEN 1 ELSE 0 END) AS persons_with_form,
    SUM(CASE WHEN will_need_form AND NOT needs_form THEN 1 ELSE 0 END) AS persons_soon,
    MIN(CASE WHEN NOT needs_form THEN headroom_minor END) AS nearest_headroom_minor
FROM tax_totals
GROUP BY tax_year, form, currency
ORDER BY tax_year, form, currency
