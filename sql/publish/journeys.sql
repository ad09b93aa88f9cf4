-- One friend's way through a program: the events of one account (or order), with its root and how far it came.
-- Grain: journey x program.
SELECT
    journey_id,
    program,
    person_id,
    account_key,
    root_event_id,
    stage,
    opened_on,
    funded_on,
    qualified_on,
    closed_on,
    advocate_id
FROM journeys
