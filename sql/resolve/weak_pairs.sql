-- The links through phones and visitor ids that may join strong components.
-- Grain: left_key x right_key; left is a strong component's key or a phone, right a phone or visitor id.
-- Why: an identifier with a verdict links nobody, neither strong components nor other weak identifiers.
SELECT
    identifier_carriers.strong_key AS left_key,
    identifier_carriers.identifier_key AS right_key
FROM identifier_carriers
LEFT JOIN identifier_verdicts ON identifier_carriers.identifier_key = identifier_verdicts.identifier_key
WHERE identifier_carriers.kind IN ('phone', 'visitor_id') AND identifier_verdicts.identifier_key IS NULL
UNION ALL
SELECT
    identity_edges.left_key,
    identity_edges.right_key
FROM identity_edges
LEFT JOIN identifier_verdicts AS left_verdicts ON identity_edges.left_key = left_verdicts.identifier_key
LEFT JOIN identifier_verdicts AS right_verdicts ON identity_edges.right_key = right_verdicts.identifier_key
WHERE
    identity_edges.left_kind = 'phone'
    AND left_verdicts.identifier_key IS NULL
    AND right_verdicts.identifier_key IS NULL
