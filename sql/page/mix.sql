-- Recognized journeys by label, most frequent first; those of groups too small to be published are left out.
-- Grain: label.
-- Why not by event: a journey's later events inherit its root's recognition and would count it again.
SELECT
    label,
    CAST(SUM(journeys) AS BIGINT) AS journeys
FROM report_recognition_mix
WHERE basis <> 'journey'
GROUP BY label
HAVING SUM(journeys) IS NOT NULL
ORDER BY SUM(journeys) DESC, label ASC
