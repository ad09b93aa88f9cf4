-- The rewards on which due, issued and fulfilled disagree, or that are still open; what is to be cleared comes first.
-- Grain: reward.
-- Why by the next step what is to be cleared: it says nothing is to be done where nothing is, as on the report page.
SELECT
    reward_id,
    program,
    rule_id,
    role,
    state,
    finding,
    due_minor,
    issued_minor,
    fulfilled_minor,
    currency,
    CASE WHEN currency = 'XXX' THEN kind ELSE currency END AS unit,
    payout_number,
    open_since_on,
    age_days,
    ageing,
    next_step,
    next_step NOT LIKE 'Nothing%' AS is_to_clear
FROM payout_reconciliation
ORDER BY
    CASE WHEN state IN ('due', 'blocked', 'unanswered') THEN 1 ELSE 0 END,
    age_days DESC NULLS LAST,
    reward_id
