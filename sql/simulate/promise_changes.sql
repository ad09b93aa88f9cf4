-- What becomes of every reward that is due on either side.
-- Grain: rule_key × role × slot.
-- Why `stays`: what was issued, or is kept for the one to whom it was posted, stays whatever the other terms say.
SELECT
    COALESCE(t.rule_id, n.rule_id) AS rule_id,
    COALESCE(t.program, n.program) AS program,
    COALESCE(t.role, n.role) AS role,
    COALESCE(t.currency, n.currency) AS currency,
    n.amount_minor AS now_minor,
    t.amount_minor AS then_minor,
    COALESCE(n.is_posted, FALSE) AS is_posted,
    CASE
        WHEN n.slot_id IS NULL THEN 'gained'
        WHEN t.slot_id IS NULL THEN 'lost'
        WHEN n.beneficiary_id <> t.beneficiary_id THEN 'changed_beneficiary'
        WHEN n.amount_minor <> t.amount_minor THEN 'changed_amount'
        ELSE 'same'
    END AS change,
    CASE
        WHEN n.slot_id IS NULL OR NOT n.is_posted THEN FALSE
        WHEN t.slot_id IS NULL THEN n.is_held
        WHEN n.beneficiary_id <> t.beneficiary_id THEN n.is_held OR n.on_displaced <> 'move'
        ELSE FALSE
    END AS stays
FROM promises_now AS n
FULL OUTER JOIN promises_then AS t
    ON n.rule_key = t.rule_key AND n.role = t.role AND n.slot_id = t.slot_id AND n.currency = t.currency
