-- What a journey's root names an advocate by, and whether anybody is known by it.
-- Grain: program x ground; only the grounds for which this can be told.
-- Why beside the candidates: a share may be known and too old to be kept as a candidate; of a code, whoever has it is one,
-- in a program whose order reads codes.
WITH roots AS (
    SELECT
        j.program, j.root_event_id, k.advocate_code_key, k.share_key, k.shareable_key, k.advocate_partner_user_key,
        k.advocate_email_key
    FROM journeys AS j
    INNER JOIN vault.event_keys AS k ON j.root_event_id = k.event_id
    WHERE j.journey_id = $journey_id
),

named AS (
    SELECT program, root_event_id, 'ADVOCATE_CODE' AS recognition_type, advocate_code_key AS named_key
    FROM roots
    WHERE advocate_code_key IS NOT NULL
    UNION ALL
    SELECT program, root_event_id, 'SHARE_ID', share_key
    FROM roots
    WHERE share_key IS NOT NULL
    UNION ALL
    SELECT program, root_event_id, 'SHAREABLE_ID', shareable_key
    FROM roots
    WHERE shareable_key IS NOT NULL
    UNION ALL
    SELECT program, root_event_id, 'ADVOCATE_PARTNER_USER_ID', advocate_partner_user_key
    FROM roots
    WHERE advocate_partner_user_key IS NOT NULL
    UNION ALL
    SELECT program, root_event_id, 'ADVOCATE_EMAIL', advocate_email_key
    FROM roots
    WHERE advocate_email_key IS NOT NULL
),

known AS (
    SELECT n.named_key
    FROM named AS n
    INNER JOIN shares AS s ON n.named_key = s.share_id
    WHERE s.advocate_id IS NOT NULL
    UNION
    SELECT n.named_key
    FROM named AS n
    INNER JOIN shares AS s ON n.named_key = s.shareable_id
    WHERE s.advocate_id IS NOT NULL
    UNION
    SELECT n.named_key
    FROM named AS n
    INNER JOIN advocates AS a ON n.named_key = a.shareable_id
    WHERE a.advocate_id IS NOT NULL
    UNION
    SELECT n.named_key
    FROM named AS n
    INNER JOIN vault.person_identifiers AS p ON n.named_key = p.identifier_key
),

candidate_grounds AS (
    SELECT DISTINCT c.event_id, c.recognition_type
    FROM recognition_candidates AS c
    INNER JOIN named AS n
        ON c.event_id = n.root_event_id AND c.recognition_type = n.recognition_type
    WHERE c.on_event
)

SELECT
    n.program,
    n.recognition_type,
    c.event_id IS NOT NULL OR w.named_key IS NOT NULL AS is_known
FROM named AS n
LEFT JOIN candidate_grounds AS c ON n.root_event_id = c.event_id AND n.recognition_type = c.recognition_type
LEFT JOIN known AS w ON n.named_key = w.named_key
ORDER BY n.program, n.recognition_type
