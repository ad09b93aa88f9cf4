-- What the ledger does not mend by itself and a person should see, and why approved rewards wait; of the last run.
-- Grain: reward, finding and cause.
-- Why a table beside the ledger: a finding ends when its cause ends, and the ledger never forgets.
SELECT
    CAST(NULL AS BIGINT) AS reward_id,
    CAST(NULL AS VARCHAR) AS finding,
    CAST(NULL AS VARCHAR) AS caused_by
WHERE FALSE
