-- The segments of advocates, by program; those too small to be published are left out.
-- Grain: program x segment.
SELECT
    program,
    segment,
    currency,
    advocates,
    friends,
    new_customers,
    initial_minor + subsequent_minor AS brought_minor,
    earned_minor
FROM report_segments
WHERE advocates IS NOT NULL
ORDER BY program ASC, segment ASC
