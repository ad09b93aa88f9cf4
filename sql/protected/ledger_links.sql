-- What the ledger's chain covers beyond the published entries, so that each link can be checked; protected area only.
-- Grain: ledger entry.
SELECT
    entry_id,
    friend_id,
    journey_id,
    event_id,
    root_event_id,
    reward_kind,
    earned_on,
    release_on,
    posted_as_of,
    slot_journey_id,
    slot_ordinal
FROM reward_entries
