-- The names under which files were delivered; a name can hold personal data, so it stays in the protected area.
-- Grain: delivered file.
SELECT
    file_id,
    delivered_name
FROM files
WHERE received_on <= $as_of
