-- The segments of advocates, by program.
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
ORDER BY program ASC, segment ASC
