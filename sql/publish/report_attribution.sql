-- Who and what brought the recognized events, with money, rewards and credit under five attribution models.
-- Grain: program x cohort week x advocate x channel x campaign x promotion source x currency x recognition type x
-- event name.
-- Every measure may be added up over any rows. Credits are in millionths of one event; each model's credits for the
-- same events add up to exactly one event each. A row without an advocate holds rewards that need no recognition (an
-- actor's). Points, tiers and badges are no money and are left out: report_reward_liability has them by kind.
SELECT
    r.program,
    r.week_on,
    r.advocate_id,
    r.channel,
    r.campaign,
    r.promotion_source,
    r.currency,
    r.recognition_type,
    r.event_name,
    r.journeys,
    r.initial_events,
    r.subsequent_events,
    r.new_customers,
    r.amount_minor,
    CAST(
        CAST(r.amount_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS amount,
    r.reward_minor,
    CAST(
        CAST(r.reward_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS reward_amount,
    r.credit_first,
    r.credit_last,
    r.credit_linear,
    r.credit_position,
    r.credit_decay
FROM report_attribution AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
