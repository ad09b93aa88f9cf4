-- Every reward of which anything is due, was issued or was answered, with the three held against each other.
-- Grain: reward_id.
-- due_minor is approved and not taken back; issued_minor went out in payout files and did not come back; fulfilled_minor
-- was confirmed by whoever pays. Where the three agree, and no answer or finding says otherwise, the reward is settled.
-- Why one state for each: the worst is named, since it is to be cleared first. An answer that the ledger did not follow
-- is kept here, so that money which moved outside of it is seen; so is one that tells of another amount than was issued,
-- and then counts as fulfilled what it tells. What an operator closed is closed, until its state changes or the payer
-- says something new.
WITH paid_lines AS (
    SELECT
        reward_id,
        CAST(SUM(CASE WHEN is_returned THEN 0 ELSE amount_minor END) AS BIGINT) AS issued_minor,
        CAST(SUM(CASE WHEN is_fulfilled THEN amount_minor ELSE 0 END) AS BIGINT) AS fulfilled_minor,
        COUNT(*) AS payout_lines,
        MAX(payout_number) AS payout_number,
        MAX(issued_on) AS issued_on,
        MAX(answered_on) AS answered_on,
        MAX(clawed_back_on) AS clawed_back_on
    FROM payout_lines
    GROUP BY reward_id
),

approvals AS (
    SELECT
        reward_id,
        MAX(effective_on) AS approved_on
    FROM reward_entries
    WHERE entry_kind = 'approved'
    GROUP BY reward_id
),

applied_answers AS (
    SELECT DISTINCT payout_id, reward_id, status
    FROM fulfillments
    WHERE outcome = 'applied'
),

odd_answers AS (
    SELECT
        f.reward_id,
        MAX(CASE WHEN f.outcome = 'unknown_reward' THEN 1 ELSE 0 END) AS is_unknown,
        MAX(CASE WHEN f.outcome = 'not_issued' THEN 1 ELSE 0 END) AS is_not_issued,
        MAX(CASE WHEN a.status IS NOT NULL AND f.status = 'fulfilled' THEN 1 ELSE 0 END) AS is_twice,
        MIN(f.reported_on) AS reported_on,
        MAX(f.reported_on) AS last_reported_on
    FROM fulfillments AS f
    LEFT JOIN applied_answers AS a
        ON f.payout_id = a.payout_id AND f.reward_id = a.reward_id AND f.status = a.status
    LEFT JOIN payout_lines AS l ON f.payout_id = l.payout_id AND f.reward_id = l.reward_id
    WHERE
        f.outcome <> 'applied'
        AND NOT (f.outcome = 'superseded' AND f.status = 'fulfilled' AND COALESCE(l.status, '') = 'redeemed')
        AND NOT (a.status IS NOT NULL AND f.status <> 'fulfilled')
    GROUP BY f.reward_id
),

other_amounts AS (
    SELECT
        f.reward_id,
        CAST(SUM(
            CASE WHEN f.told_currency = f.currency THEN f.told_minor - f.amount_minor ELSE 0 END
        ) AS BIGINT) AS difference_minor,
        MIN(f.reported_on) AS reported_on,
        MAX(f.reported_on) AS last_reported_on
    FROM fulfillments AS f
    INNER JOIN payout_lines AS l ON f.payout_id = l.payout_id AND f.reward_id = l.reward_id AND l.is_fulfilled
    WHERE
        f.outcome = 'applied'
        AND f.status = 'fulfilled'
        AND (f.told_minor <> f.amount_minor OR f.told_currency <> f.currency)
    GROUP BY f.reward_id
),

closings AS (
    SELECT
        subject_id AS reward_id,
        JSON_EXTRACT_STRING(arguments, '$.state') AS state,
        MAX(acted_on) AS closed_on
    FROM operator_acts
    WHERE act = 'payout_closed' AND acted_on <= $as_of
    GROUP BY subject_id, JSON_EXTRACT_STRING(arguments, '$.state')
),

named_findings AS (
    SELECT
        reward_id,
        MIN(CASE WHEN caused_by = 'payout' THEN finding END) AS waits_for,
        MIN(
            CASE WHEN finding IN ('paid_not_due', 'paid_on_conflict', 'declined_too_late') THEN finding END
        ) AS contradiction
    FROM reward_findings
    GROUP BY reward_id
),

known_rewards AS (
    SELECT r.reward_id
    FROM rewards AS r
    LEFT JOIN paid_lines AS p ON r.reward_id = p.reward_id
    WHERE p.reward_id IS NOT NULL OR r.state = 'approved'
    UNION
    SELECT reward_id
    FROM odd_answers
),

measured_rewards AS (
    SELECT
        k.reward_id,
        r.program,
        r.rule_id,
        r.role,
        r.beneficiary_id,
        r.kind,
        r.currency,
        r.state AS reward_state,
        CASE
            WHEN r.state IN ('approved', 'issued', 'fulfilled', 'redeemed', 'failed') THEN r.amount_minor ELSE 0
        END AS due_minor,
        COALESCE(p.issued_minor, 0) AS issued_minor,
        COALESCE(p.fulfilled_minor, 0) + COALESCE(w.difference_minor, 0) AS fulfilled_minor,
        COALESCE(p.payout_lines, 0) AS payout_lines,
        p.payout_number,
        a.approved_on,
        p.issued_on,
        p.answered_on,
        p.clawed_back_on,
        COALESCE(o.reported_on, w.reported_on) AS reported_on,
        GREATEST(
            COALESCE(o.last_reported_on, w.last_reported_on), COALESCE(w.last_reported_on, o.last_reported_on)
        ) AS last_reported_on,
        o.reward_id IS NOT NULL AS has_odd_answer,
        w.reward_id IS NOT NULL AS has_other_amount,
        COALESCE(o.is_unknown, 0) = 1 AS is_unknown,
        COALESCE(o.is_not_issued, 0) = 1 AS is_not_issued,
        COALESCE(o.is_twice, 0) = 1 AS is_twice,
        f.waits_for,
        f.contradiction
    FROM known_rewards AS k
    LEFT JOIN rewards AS r ON k.reward_id = r.reward_id
    LEFT JOIN paid_lines AS p ON k.reward_id = p.reward_id
    LEFT JOIN approvals AS a ON k.reward_id = a.reward_id
    LEFT JOIN odd_answers AS o ON k.reward_id = o.reward_id
    LEFT JOIN other_amounts AS w ON k.reward_id = w.reward_id
    LEFT JOIN named_findings AS f ON k.reward_id = f.reward_id
),

stated_rewards AS (
    SELECT
        reward_id, program, rule_id, role, beneficiary_id, kind, currency, reward_state, due_minor, issued_minor,
        fulfilled_minor, payout_lines, payout_number, approved_on, issued_on, answered_on, clawed_back_on, reported_on,
        last_reported_on, waits_for, contradiction,
        CASE
            WHEN is_unknown THEN 'unknown_reward'
            WHEN issued_minor > due_minor THEN 'to_recover'
            WHEN is_twice THEN 'fulfilled_twice'
            WHEN is_not_issued THEN 'answered_not_issued'
            WHEN has_odd_answer THEN 'answer_not_followed'
            WHEN has_other_amount THEN 'other_amount'
            WHEN contradiction IS NOT NULL THEN 'paid_not_due'
            WHEN reward_state = 'failed' THEN 'failed'
            WHEN due_minor > issued_minor AND waits_for IS NOT NULL THEN 'blocked'
            WHEN due_minor > issued_minor THEN 'due'
            WHEN issued_minor > fulfilled_minor THEN 'unanswered'
            ELSE 'settled'
        END AS open_state
    FROM measured_rewards
),

aged_rewards AS (
    SELECT
        s.reward_id, s.program, s.rule_id, s.role, s.beneficiary_id, s.kind, s.currency, s.due_minor, s.issued_minor,
        s.fulfilled_minor, s.payout_lines, s.payout_number, s.approved_on, s.issued_on, s.answered_on,
        s.last_reported_on,
        CASE
            WHEN s.open_state = 'unanswered' AND CAST($as_of - s.issued_on AS BIGINT) > c.answer_within_days
                THEN 'overdue'
            ELSE s.open_state
        END AS state,
        CASE s.open_state
            WHEN 'blocked' THEN s.waits_for
            WHEN 'paid_not_due' THEN s.contradiction
        END AS finding,
        CASE
            WHEN s.open_state IN (
                'unknown_reward', 'fulfilled_twice', 'answered_not_issued', 'answer_not_followed', 'other_amount'
            )
                THEN s.reported_on
            WHEN s.open_state = 'to_recover' THEN COALESCE(s.clawed_back_on, s.issued_on)
            WHEN s.open_state = 'failed' THEN s.answered_on
            WHEN s.open_state IN ('blocked', 'due') THEN s.approved_on
            WHEN s.open_state <> 'settled' THEN s.issued_on
        END AS open_since_on
    FROM stated_rewards AS s
    LEFT JOIN config_payout AS c ON TRUE
),

closed_rewards AS (
    SELECT
        a.reward_id,
        c.closed_on IS NOT NULL
        AND c.closed_on >= a.open_since_on
        AND c.closed_on >= COALESCE(a.last_reported_on, c.closed_on) AS is_closed
    FROM aged_rewards AS a
    LEFT JOIN closings AS c ON a.reward_id = c.reward_id AND a.state = c.state
)

SELECT
    a.reward_id, a.program, a.rule_id, a.role, a.beneficiary_id, a.kind, a.currency, a.due_minor, a.issued_minor,
    a.fulfilled_minor, a.payout_lines, a.payout_number, a.approved_on, a.issued_on, a.answered_on,
    CASE WHEN c.is_closed THEN 'closed' ELSE a.state END AS state,
    CASE WHEN NOT c.is_closed THEN a.finding END AS finding,
    CASE WHEN NOT c.is_closed THEN a.open_since_on END AS open_since_on,
    CASE WHEN NOT c.is_closed THEN CAST($as_of - a.open_since_on AS BIGINT) END AS age_days
FROM aged_rewards AS a
INNER JOIN closed_rewards AS c ON a.reward_id = c.reward_id
