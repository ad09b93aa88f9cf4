-- The name under which a file was delivered; shown to the operator only.
-- Grain: delivered file.
SELECT delivered_name
FROM vault.file_names
WHERE file_id = $file_id
