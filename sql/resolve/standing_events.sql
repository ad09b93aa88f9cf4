-- Events as they stand on the as-of date, after corrections, cancellations, conflicts and their resolution.
-- Grain: event_id.
-- Why: contenders that differ in content are in conflict and none of them wins, so order of arrival never decides who
-- is paid. A row shows the latest attributes of its content and names the content's first sighting as origin; of
-- contents in conflict the one that came first is shown. Nothing else may read fact_events: it holds every version. A
-- hash of a known address or number stands here as the key of what it was made of.
WITH judged_contenders AS (
    SELECT
        event_contenders.event_id,
        event_contenders.content_key,
        event_contenders.version_key,
        event_contenders.received_on,
        event_contenders.file_id,
        event_contenders.record_number,
        CASE
            WHEN event_contenders.is_cancelled THEN 'cancelled'
            WHEN event_resolutions.content_key IS NOT NULL THEN 'active'
            WHEN
                MIN(event_contenders.content_key) OVER (PARTITION BY event_contenders.event_id)
                <> MAX(event_contenders.content_key) OVER (PARTITION BY event_contenders.event_id)
                THEN 'conflict'
            ELSE 'active'
        END AS status,
        ROW_NUMBER() OVER (
            PARTITION BY event_contenders.event_id, event_contenders.content_key
            ORDER BY
                event_contenders.seen_on DESC,
                event_contenders.seen_file_id DESC,
                event_contenders.seen_record_number DESC,
                event_contenders.version_key DESC
        ) AS attribute_rank,
        ROW_NUMBER() OVER (
            PARTITION BY event_contenders.event_id
            ORDER BY
                event_contenders.received_on,
                event_contenders.file_id,
                event_contenders.record_number,
                event_contenders.version_key
        ) AS origin_rank
    FROM event_contenders
    LEFT JOIN event_resolutions ON event_contenders.event_id = event_resolutions.event_id
    WHERE event_resolutions.content_key IS NULL OR event_resolutions.content_key = event_contenders.content_key
)

SELECT
    fact_events.event_id,
    fact_events.event_name,
    fact_events.occurred_at,
    fact_events.occurred_on,
    fact_events.time_precision,
    COALESCE(hashed_emails.identifier_key, fact_events.email_key) AS email_key,
    COALESCE(hashed_phones.identifier_key, fact_events.phone_key) AS phone_key,
    fact_events.partner_user_key,
    fact_events.account_key,
    fact_events.visitor_key,
    fact_events.order_key,
    fact_events.partner_event_key,
    fact_events.coupon_key,
    fact_events.advocate_code_key,
    fact_events.share_key,
    fact_events.shareable_key,
    fact_events.partner_share_key,
    fact_events.advocate_partner_user_key,
    COALESCE(hashed_advocates.identifier_key, fact_events.advocate_email_key) AS advocate_email_key,
    fact_events.advocate_order_key,
    fact_events.advocate_person_id,
    fact_events.earlier_event_key,
    fact_events.amount_minor,
    fact_events.currency,
    fact_events.product,
    fact_events.program,
    fact_events.container,
    fact_events.owner_rank,
    fact_events.has_placeholder,
    fact_events.attributes,
    origins.status,
    origins.file_id,
    origins.record_number,
    origins.received_on
FROM judged_contenders AS origins
INNER JOIN judged_contenders AS attributes
    ON
        origins.event_id = attributes.event_id
        AND origins.content_key = attributes.content_key
        AND origins.origin_rank = 1
        AND attributes.attribute_rank = 1
INNER JOIN fact_events
    ON
        attributes.event_id = fact_events.event_id
        AND attributes.content_key = fact_events.content_key
        AND attributes.version_key = fact_events.version_key
LEFT JOIN hashed_keys AS hashed_emails ON fact_events.email_key = hashed_emails.hashed_key
LEFT JOIN hashed_keys AS hashed_phones ON fact_events.phone_key = hashed_phones.hashed_key
LEFT JOIN hashed_keys AS hashed_advocates ON fact_events.advocate_email_key = hashed_advocates.hashed_key
WHERE fact_events.occurred_on <= $as_of
