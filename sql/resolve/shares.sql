-- Acts of sharing, each with its advocate.
-- Grain: share_key.
-- Why: the advocate is named by the first of member id, email, advocate code and standing link that names one person;
-- last comes an email that two members share. Rows lie in time order, so that a window of days reads few of them.
SELECT
    standing_shares.share_key,
    standing_shares.shareable_key,
    standing_shares.partner_share_key,
    COALESCE(
        members.advocate_id,
        emails.advocate_id,
        codes.advocate_id,
        links.advocate_id,
        shared_emails.person_id
    ) AS advocate_id,
    standing_shares.program,
    standing_shares.campaign,
    standing_shares.channel,
    standing_shares.promotion_source,
    standing_shares.shared_at,
    standing_shares.shared_on,
    standing_shares.incentivized,
    standing_shares.container,
    standing_shares.file_id,
    standing_shares.record_number
FROM standing_shares
LEFT JOIN advocate_references AS members ON standing_shares.advocate_partner_user_key = members.reference_key
LEFT JOIN advocate_references AS emails ON standing_shares.advocate_email_key = emails.reference_key
LEFT JOIN advocate_references AS codes ON standing_shares.advocate_code_key = codes.reference_key
LEFT JOIN advocate_references AS links ON standing_shares.shareable_key = links.reference_key
LEFT JOIN component_identifiers AS shared_emails ON standing_shares.advocate_email_key = shared_emails.identifier_key
ORDER BY standing_shares.shared_at, standing_shares.share_key
