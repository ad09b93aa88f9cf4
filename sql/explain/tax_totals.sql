-- What each person was paid, by tax year and form; the largest first.
-- Grain: tax year x person x form x currency.
SELECT
    tax_year,
    person_id,
    form,
    currency,
    payments,
    paid_minor,
    planned_minor,
    threshold_minor,
    headroom_minor,
    needs_form,
    will_need_form
FROM tax_totals
ORDER BY tax_year DESC, form ASC, paid_minor DESC, person_id ASC, currency ASC
