-- Recognized production events and friends by recognition type, most frequent first.
-- Grain: recognition type.
-- A friend without any own identifier is counted by journey.
SELECT
    recognition_type,
    label,
    COUNT(*) AS events,
    COUNT(DISTINCT COALESCE(person_id, journey_id)) AS friends
FROM recognitions
WHERE container = 'production'
GROUP BY recognition_type, label
ORDER BY COUNT(*) DESC, recognition_type ASC
