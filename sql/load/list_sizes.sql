-- How many members each list of the incoming file has.
-- Grain: purpose.
-- Why: the lists themselves are facts; a list without members is one, too.

SELECT
    r.purpose,
    COUNT(*) AS records
FROM incoming_records AS r
GROUP BY r.purpose
