-- The recognized roots of each advocate by their number in the program.
-- Grain: recognized root × program.
-- Why: "the third friend" of a program's terms. Test referrals are numbered apart.
SELECT
    d.root_event_id,
    d.program,
    d.advocate_id,
    ROW_NUMBER() OVER (
        PARTITION BY d.advocate_id, d.program, d.container ORDER BY d.root_at, d.root_event_id
    ) AS advocate_referral_number
FROM root_decisions AS d
