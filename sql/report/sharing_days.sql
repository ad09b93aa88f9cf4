-- Who shared on which day, for which program; production only.
-- Grain: program x local day x advocate; shares that name no advocate stand together, program '(unknown)' for none.
-- Why: shares are the longest table of all. They are read once, here; days, weeks, months and the funnel count from this.
SELECT
    COALESCE(program, '(unknown)') AS program,
    shared_on,
    advocate_id,
    COUNT(*) AS shares
FROM shares
WHERE container = 'production'
GROUP BY COALESCE(program, '(unknown)'), shared_on, advocate_id
