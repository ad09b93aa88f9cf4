-- By which evidence were friends recognized, and how sure was it? The label is the report's, the type the exact ground;
-- used says that the friend used it on the event itself, and did not merely click or hear of it before.
-- Grain: label x recognition type x whether used.
SELECT
    label,
    recognition_type,
    on_event AS used,
    COUNT(*) AS journeys,
    SUM(CASE WHEN eligible THEN 1 ELSE 0 END) AS eligible
FROM recognitions
WHERE container = 'production' AND event_id = root_event_id
GROUP BY label, recognition_type, on_event
ORDER BY journeys DESC, label, recognition_type, used
