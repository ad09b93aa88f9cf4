-- The shares that changed, or whose advocate can be another.
-- Grain: share_key.
-- Why: the advocate is named by the first of several references.
SELECT share_key FROM changed_standing_shares
UNION
SELECT standing_shares.share_key
FROM standing_shares
INNER JOIN changed_advocate_references
    ON standing_shares.advocate_partner_user_key = changed_advocate_references.reference_key
UNION
SELECT standing_shares.share_key
FROM standing_shares
INNER JOIN changed_advocate_references
    ON standing_shares.advocate_email_key = changed_advocate_references.reference_key
UNION
SELECT standing_shares.share_key
FROM standing_shares
INNER JOIN changed_advocate_references
    ON standing_shares.advocate_code_key = changed_advocate_references.reference_key
UNION
SELECT standing_shares.share_key
FROM standing_shares
INNER JOIN changed_advocate_references ON standing_shares.shareable_key = changed_advocate_references.reference_key
UNION
SELECT standing_shares.share_key
FROM standing_shares
INNER JOIN changed_component_identifiers
    ON standing_shares.advocate_email_key = changed_component_identifiers.identifier_key
