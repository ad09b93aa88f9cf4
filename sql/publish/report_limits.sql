-- Each limit and budget of the rules in force with what is used of it and what is left, by person and period.
-- Grain: scope x program x rule x limit x role x person x period.
-- Where measure is value, allowed, issued, approved, pending, carried, used and headroom are in minor units of the
-- currency; where it is rewards they count rewards. used = issued + approved + pending + carried.
SELECT
    scope,
    program,
    rule_id,
    limit_name,
    role,
    person_id,
    per,
    from_on,
    until_on,
    is_current,
    measure,
    kind,
    currency,
    allowed,
    issued,
    approved,
    pending,
    carried,
    used,
    headroom,
    used_bps,
    standing
FROM report_limits
