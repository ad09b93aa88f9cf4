-- Every enrolled advocate.
-- Grain: enrolled member record; one person may be enrolled under two member records.
SELECT
    advocate_id,
    shareable_key AS shareable_id,
    enrolled_on,
    left_on,
    file_id,
    record_number
FROM advocates
