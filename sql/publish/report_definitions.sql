-- What each measure of the reports means, in words: formula, unit, what a rate is divided by.
-- Grain: table_name x column_name.
-- vendor_formula names the figure of a referral vendor with the same meaning; what it counts may differ. anchor is the
-- place in the guide of the measures, and in the report page, to which a number links.
SELECT
    table_name,
    column_name,
    title,
    unit,
    formula,
    divided_by,
    vendor_formula,
    anchor
FROM measure_definitions
