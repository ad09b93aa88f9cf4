-- Coupons, each with the advocate whose coupon it is.
-- Grain: coupon_key.
-- Why: a coupon belongs to the advocate whom it names, else to the advocate of the share through which it was issued;
-- a public coupon belongs to nobody.
SELECT
    standing_coupons.coupon_key,
    standing_coupons.purpose,
    COALESCE(
        members.advocate_id,
        emails.advocate_id,
        codes.advocate_id,
        shares.advocate_id,
        shared_emails.person_id
    ) AS advocate_id,
    standing_coupons.share_key,
    standing_coupons.issued_at,
    standing_coupons.issued_on,
    standing_coupons.valid_from,
    standing_coupons.valid_until,
    standing_coupons.revoked_on,
    standing_coupons.single_use,
    standing_coupons.program,
    standing_coupons.file_id,
    standing_coupons.record_number
FROM standing_coupons
LEFT JOIN advocate_references AS members ON standing_coupons.advocate_partner_user_key = members.reference_key
LEFT JOIN advocate_references AS emails ON standing_coupons.advocate_email_key = emails.reference_key
LEFT JOIN advocate_references AS codes ON standing_coupons.advocate_code_key = codes.reference_key
LEFT JOIN shares ON standing_coupons.share_key = shares.share_key
LEFT JOIN component_identifiers AS shared_emails ON standing_coupons.advocate_email_key = shared_emails.identifier_key
ORDER BY standing_coupons.issued_at NULLS FIRST, standing_coupons.coupon_key
