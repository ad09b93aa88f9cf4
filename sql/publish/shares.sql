-- Every act of sharing: who shared what, through which channel, campaign and source.
-- Grain: share.
SELECT
    share_key AS share_id,
    shareable_key AS shareable_id,
    advocate_id,
    program,
    campaign,
    channel,
    promotion_source,
    shared_at,
    shared_on,
    incentivized,
    container,
    file_id,
    record_number
FROM shares
