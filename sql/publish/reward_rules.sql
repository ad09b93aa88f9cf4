-- Every version of every reward rule, as parsed from the program's terms.
-- Grain: rule version.
SELECT
    rule_id,
    rule_version,
    program,
    text,
    from_on,
    until_on,
    first_used_as_of
FROM reward_rules
