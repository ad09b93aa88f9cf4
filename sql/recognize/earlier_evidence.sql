-- Shares behind what the friend did or received before: touched links, and addresses that an advocate shared to.
-- Grain: root × program × ground × share × act.
-- Why: a click counts from the click, a recipient from the sending. An address (plain or hashed) matches every owner that
-- has or carries it; member and visitor ids receive nothing.
WITH addresses AS (
    SELECT o.journey_id, i.identifier_key
    FROM journey_owners AS o
    INNER JOIN person_identifiers AS i ON o.person_id = i.person_id
    WHERE i.kind <> 'partner_user_id' AND i.kind <> 'visitor_id'
),

recipients AS (
    SELECT a.journey_id, m.email_id, m.share_key, m.sent_at, m.sent_on, m.container
    FROM addresses AS a
    INNER JOIN emails AS m ON a.identifier_key = m.recipient_email_key
    UNION ALL
    SELECT a.journey_id, m.email_id, m.share_key, m.sent_at, m.sent_on, m.container
    FROM addresses AS a
    INNER JOIN emails AS m ON a.identifier_key = m.recipient_phone_key
),

acts AS (
    SELECT t.journey_id, 'SHARE_ID' AS recognition_type, s.advocate_id, s.share_key, t.act_key,
        t.touched_at AS evidence_at, t.touched_on AS evidence_on, s.shared_at, s.program,
        t.container = 'test' OR s.container = 'test' AS is_test,
        COALESCE(s.incentivized, FALSE) AS incentivized
    FROM touches AS t
    INNER JOIN shares AS s ON t.share_key = s.share_key
    UNION ALL
    SELECT t.journey_id, 'SHAREABLE_ID', s.advocate_id, s.share_key, t.act_key,
        t.touched_at, t.touched_on, s.shared_at, s.program,
        t.container = 'test' OR s.is_test,
        s.incentivized
    FROM touches AS t
    INNER JOIN shareable_owners AS s ON t.shareable_key = s.shareable_key
    UNION ALL
    SELECT m.journey_id, 'SHARE_RECIPIENT', s.advocate_id, s.share_key, m.email_id,
        COALESCE(m.sent_at, s.shared_at), COALESCE(m.sent_on, s.shared_on), s.shared_at, s.program,
        m.container = 'test' OR s.container = 'test',
        COALESCE(s.incentivized, FALSE)
    FROM recipients AS m
    INNER JOIN shares AS s ON m.share_key = s.share_key
)

SELECT
    r.root_event_id,
    r.program,
    a.recognition_type,
    FALSE AS on_event,
    a.advocate_id,
    a.share_key,
    a.act_key AS evidence_key,
    a.evidence_at,
    a.evidence_on,
    a.shared_at,
    a.program AS evidence_program,
    a.is_test,
    a.incentivized
FROM acts AS a
INNER JOIN judged_roots AS r ON a.journey_id = r.journey_id
WHERE a.advocate_id IS NOT NULL
