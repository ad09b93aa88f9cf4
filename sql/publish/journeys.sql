-- One friend's way through a program: the events of one account (or order), with its root and how far it came.
-- Grain: journey x program.
-- account_id is published only when publish.identifiers names it.
WITH accounts AS (
    SELECT
        v.identifier_key,
        v.value
    FROM identifiers AS v
    INNER JOIN published_identifiers AS p ON v.kind = p.kind
    WHERE p.kind = 'account_id'
)

SELECT
    j.journey_id,
    j.program,
    j.person_id,
    j.account_key,
    j.root_event_id,
    j.stage,
    j.opened_on,
    j.funded_on,
    j.qualified_on,
    j.closed_on,
    j.advocate_id,
    a.value AS account_id
FROM journeys AS j
LEFT JOIN accounts AS a ON j.account_key = a.identifier_key
