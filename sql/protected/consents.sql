-- Who opted out of being talked about, and who agreed to it; protected area only.
-- Grain: person x purpose x period.
-- Why: an answer meant for an advocate confirms nothing about a friend who opted out.
SELECT
    person_id,
    purpose,
    from_on,
    until_on
FROM memberships
WHERE purpose IN ('opt_out', 'consent')
