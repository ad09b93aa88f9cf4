-- The persons of whom something is known that was not, or no more.
-- Grain: person_id.
-- Why: each of the tables that tell of a person names them.
SELECT person_id FROM changed_component_identifiers
UNION
SELECT person_id FROM changed_customers WHERE person_id IS NOT NULL
UNION
SELECT person_id FROM changed_memberships
UNION
SELECT advocate_id FROM changed_advocates WHERE advocate_id IS NOT NULL
UNION
SELECT advocate_id FROM changed_shares WHERE advocate_id IS NOT NULL
UNION
SELECT advocate_id FROM changed_coupons WHERE advocate_id IS NOT NULL
