-- What each reason of a journey's recognition not being eligible rests on, and by how many days it decided.
-- Grain: program x reason x person x record.
WITH grounds AS (
    SELECT event_id, program, reason_code, rests_on, about, person_id, purpose, judged_on, from_on, until_on,
        CAST(NULL AS INTEGER) AS counted_days, CAST(NULL AS BIGINT) AS other_event_id, file_id, record_number
    FROM vault.ineligible_lists
    UNION ALL
    SELECT event_id, program, reason_code, rests_on, about, person_id, NULL, judged_on, from_on, until_on,
        counted_days, other_event_id, file_id, record_number
    FROM vault.ineligible_grounds
)

SELECT
    g.program,
    g.reason_code,
    g.rests_on,
    g.about,
    g.person_id,
    g.purpose,
    g.judged_on,
    g.from_on,
    g.until_on,
    g.judged_on - g.from_on AS days_before,
    g.counted_days,
    g.other_event_id,
    f.feed_id,
    g.file_id,
    g.record_number
FROM grounds AS g
INNER JOIN journeys AS j ON g.event_id = j.root_event_id AND g.program = j.program
LEFT JOIN files AS f ON g.file_id = f.file_id
WHERE j.journey_id = $journey_id
ORDER BY g.program, g.reason_code, g.rests_on, g.about, g.from_on, g.file_id, g.record_number
