-- Who could have been the advocate and was not, and why? A candidate has evidence of its own; lower_tier lost to a ground that
-- ranks higher in the program's order, out_of_look_back was too old.
-- Grain: reason x recognition type of the losing evidence.
SELECT
    reason_code,
    recognition_type,
    COUNT(*) AS candidates,
    COUNT(DISTINCT event_id) AS events
FROM recognition_candidates
WHERE outcome = 'lost'
GROUP BY reason_code, recognition_type
ORDER BY candidates DESC, reason_code, recognition_type
