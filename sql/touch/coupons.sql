-- The coupons that changed, or whose advocate can be another.
-- Grain: coupon_key.
-- Why: the advocate is named by the first of several references, or by the share.
SELECT coupon_key FROM changed_standing_coupons
UNION
SELECT standing_coupons.coupon_key
FROM standing_coupons
INNER JOIN changed_advocate_references
    ON standing_coupons.advocate_partner_user_key = changed_advocate_references.reference_key
UNION
SELECT standing_coupons.coupon_key
FROM standing_coupons
INNER JOIN changed_advocate_references
    ON standing_coupons.advocate_email_key = changed_advocate_references.reference_key
UNION
SELECT standing_coupons.coupon_key
FROM standing_coupons
INNER JOIN changed_advocate_references
    ON standing_coupons.advocate_code_key = changed_advocate_references.reference_key
UNION
SELECT standing_coupons.coupon_key
FROM standing_coupons
INNER JOIN changed_shares ON standing_coupons.share_key = changed_shares.share_key
UNION
SELECT standing_coupons.coupon_key
FROM standing_coupons
INNER JOIN changed_component_identifiers
    ON standing_coupons.advocate_email_key = changed_component_identifiers.identifier_key
