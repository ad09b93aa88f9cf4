-- How many events are recognized, those of test containers apart.
-- Grain: one row.
-- Why apart: a test event is recognized for explain to show; no report, limit or reward counts it.
SELECT
    COUNT(CASE WHEN container <> 'test' THEN 1 END) AS recognized,
    COUNT(CASE WHEN container = 'test' THEN 1 END) AS test_recognized
FROM recognitions
