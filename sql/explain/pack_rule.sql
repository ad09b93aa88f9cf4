-- One version of a rule, with the text whose hash it is.
-- Grain: rule version; at most one.
SELECT
    rule_id,
    rule_version,
    program,
    text,
    from_on,
    until_on,
    first_used_as_of
FROM reward_rules
WHERE rule_id = $rule_id AND rule_version = $rule_version
