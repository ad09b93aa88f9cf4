-- The rewards on which due, issued and fulfilled disagree, or that are still open, each with what to do next.
-- Grain: reward.
-- due_minor is approved and not taken back; issued_minor stands in payout files and did not come back; fulfilled_minor was
-- confirmed by whoever pays. An answer may name a reward that the ledger does not hold: then its own columns are empty.
SELECT
    r.reward_id,
    r.program,
    r.rule_id,
    r.role,
    r.beneficiary_id,
    r.kind,
    r.state,
    r.finding,
    r.due_minor,
    CAST(
        CAST(r.due_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS due_amount,
    r.issued_minor,
    CAST(
        CAST(r.issued_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS issued_amount,
    r.fulfilled_minor,
    CAST(
        CAST(r.fulfilled_minor AS DECIMAL(19, 0)) * CAST(COALESCE(c.ten_thousandths, 100) AS DECIMAL(5, 0))
        * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(38, 4)
    ) AS fulfilled_amount,
    r.currency,
    r.payout_number,
    r.payout_lines,
    r.approved_on,
    r.issued_on,
    r.answered_on,
    r.open_since_on,
    r.age_days,
    r.ageing,
    r.next_step
FROM payout_reconciliation AS r
LEFT JOIN currency_units AS c ON r.currency = c.currency
