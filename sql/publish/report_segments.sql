-- How many advocates of each program stand in each segment, and what they bring.
-- Grain: program x segment.
-- Every measure but the share may be added up over segments. Friends are counted by advocate: one who had two advocates
-- in time counts for each.
SELECT
    r.program,
    r.segment,
    r.advocates,
    r.share_bps,
    r.shares,
    r.clicks,
    r.friends,
    r.new_customers,
    r.initial_minor,
    CAST(
        CAST(r.initial_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS initial_amount,
    r.subsequent_minor,
    CAST(
        CAST(r.subsequent_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS subsequent_amount,
    r.currency,
    r.earned_minor,
    CAST(
        CAST(r.earned_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS earned_amount,
    r.paid_minor,
    CAST(
        CAST(r.paid_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS paid_amount
FROM report_segments AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
