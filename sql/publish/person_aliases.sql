-- Which person every key and every former person id now stands for.
-- Grain: key or former id.
-- Why: ledger entries keep the person id of their posting; persons may have been merged since.
SELECT
    alias,
    person_id
FROM person_aliases
