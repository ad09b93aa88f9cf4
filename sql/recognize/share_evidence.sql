-- Shares and shareables that a root carries by their own id or by the client's.
-- Grain: root × program × ground × share (or advocate of a shareable).
-- Why: an id on the event is the strongest ground after a code. A share counts from the time when it was shared; a
-- standing link (shareable) has no such time, so it counts from the event itself.
SELECT
    r.root_event_id,
    r.program,
    'SHARE_ID' AS recognition_type,
    TRUE AS on_event,
    s.advocate_id,
    s.share_key,
    s.share_key AS evidence_key,
    s.shared_at AS evidence_at,
    s.shared_on AS evidence_on,
    s.shared_at,
    s.program AS evidence_program,
    s.container = 'test' AS is_test,
    COALESCE(s.incentivized, FALSE) AS incentivized
FROM judged_roots AS r
INNER JOIN shares AS s ON r.share_key = s.share_key
WHERE s.advocate_id IS NOT NULL
UNION ALL
SELECT
    r.root_event_id,
    r.program,
    'PARTNER_SHARE_ID' AS recognition_type,
    TRUE AS on_event,
    s.advocate_id,
    s.share_key,
    s.share_key AS evidence_key,
    s.shared_at AS evidence_at,
    s.shared_on AS evidence_on,
    s.shared_at,
    s.program AS evidence_program,
    s.container = 'test' AS is_test,
    FALSE AS incentivized
FROM judged_roots AS r
INNER JOIN shares AS s ON r.partner_share_key = s.partner_share_key
WHERE s.advocate_id IS NOT NULL
UNION ALL
SELECT
    r.root_event_id,
    r.program,
    'SHAREABLE_ID' AS recognition_type,
    TRUE AS on_event,
    s.advocate_id,
    s.share_key,
    s.shareable_key AS evidence_key,
    r.root_at AS evidence_at,
    r.root_on AS evidence_on,
    s.shared_at,
    s.program AS evidence_program,
    s.is_test,
    s.incentivized
FROM judged_roots AS r
INNER JOIN shareable_owners AS s ON r.shareable_key = s.shareable_key
