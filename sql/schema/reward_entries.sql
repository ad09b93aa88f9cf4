-- The ledger: append-only and hash-chained.
-- Grain: ledger entry.
-- Why: nothing is ever edited; a reversal names one entry and negates it exactly.
SELECT
    CAST(NULL AS BIGINT) AS entry_id,
    CAST(NULL AS BIGINT) AS sequence,
    CAST(NULL AS BIGINT) AS reward_id,
    CAST(NULL AS INTEGER) AS generation,
    CAST(NULL AS VARCHAR) AS entry_kind,
    CAST(NULL AS VARCHAR) AS rule_id,
    CAST(NULL AS VARCHAR) AS rule_version,
    CAST(NULL AS VARCHAR) AS program,
    CAST(NULL AS VARCHAR) AS role,
    CAST(NULL AS BIGINT) AS beneficiary_id,
    CAST(NULL AS BIGINT) AS friend_id,
    CAST(NULL AS BIGINT) AS journey_id,
    CAST(NULL AS BIGINT) AS event_id,
    CAST(NULL AS BIGINT) AS root_event_id,
    CAST(NULL AS VARCHAR) AS reward_kind,
    CAST(NULL AS BIGINT) AS amount_minor,
    CAST(NULL AS VARCHAR) AS currency,
    CAST(NULL AS DATE) AS earned_on,
    CAST(NULL AS DATE) AS release_on,
    CAST(NULL AS DATE) AS effective_on,
    CAST(NULL AS DATE) AS posted_as_of,
    CAST(NULL AS VARCHAR) AS caused_by,
    CAST(NULL AS BIGINT) AS reverses_entry_id,
    CAST(NULL AS VARCHAR) AS reason_code,
    CAST(NULL AS VARCHAR) AS chain_hash,
    CAST(NULL AS BIGINT) AS slot_journey_id,
    CAST(NULL AS INTEGER) AS slot_ordinal
WHERE FALSE
