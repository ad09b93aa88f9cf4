-- What one set of rules awards in each month, by the day on which a reward is earned; kept for each side.
-- Grain: program × month × currency.
-- Why the month of earning: it is when the promise falls due, whatever the pending period and the payout calendar.
-- `currency` is as in awards: of points, tiers and badges it names the kind.
SELECT
    d.program,
    CAST(DATE_TRUNC('month', d.earned_on) AS DATE) AS month_on,
    CASE WHEN d.currency = 'XXX' THEN d.reward_kind ELSE d.currency END AS currency,
    COUNT(*) AS rewards,
    CAST(SUM(d.amount_minor) AS BIGINT) AS amount_minor
FROM rewards_due AS d
INNER JOIN events AS e ON COALESCE(d.root_event_id, d.event_id) = e.event_id
WHERE e.occurred_on BETWEEN $from_on AND $to_on
GROUP BY
    d.program,
    CAST(DATE_TRUNC('month', d.earned_on) AS DATE),
    CASE WHEN d.currency = 'XXX' THEN d.reward_kind ELSE d.currency END
ORDER BY d.program, month_on, currency
