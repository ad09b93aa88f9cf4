-- The rewards on which due, issued and fulfilled disagree, or that are still open: what to clear, and how.
-- Grain: reward_id.
-- Why apart from all rewards: whoever clears it reads the few that are open, oldest first, each with what to do next. What
-- contradicts and was cleared is closed by an operator: matchback payouts close.
SELECT
    reward_id,
    program,
    rule_id,
    role,
    beneficiary_id,
    kind,
    state,
    finding,
    due_minor,
    issued_minor,
    fulfilled_minor,
    currency,
    payout_number,
    payout_lines,
    approved_on,
    issued_on,
    answered_on,
    open_since_on,
    age_days,
    CASE
        WHEN age_days <= 7 THEN '0-7'
        WHEN age_days <= 30 THEN '8-30'
        WHEN age_days <= 90 THEN '31-90'
        ELSE 'over 90'
    END AS ageing,
    CASE state
        WHEN 'unknown_reward' THEN 'Ask the payer what it paid: the ledger holds no such reward'
        WHEN 'to_recover' THEN 'Take the money back or write it off, then: matchback payouts close ID --reason CODE'
        WHEN 'fulfilled_twice' THEN 'Ask the payer whether it paid twice; if so, take one payment back'
        WHEN 'answered_not_issued' THEN 'Ask the payer what it paid: no payout file held this reward'
        WHEN 'other_amount' THEN 'Ask the payer: it tells of another amount than the payout file'
        WHEN 'answer_not_followed' THEN 'Compare the answer with the ledger: matchback explain --reward ID'
        WHEN 'paid_not_due' THEN 'Look whether to take it back: matchback explain --reward ID'
        WHEN 'failed' THEN 'Mend the cause, then: matchback rewards retry ID --reason CODE'
        WHEN 'blocked' THEN CASE finding
            WHEN 'payout_without_account' THEN 'Load the account to pay to, in a feed of kind advocates'
            WHEN 'payout_below_minimum' THEN 'Nothing: it waits until enough is owed to the account'
            WHEN 'payout_in_review' THEN 'Look at the referral, then: matchback rewards approve ID --reason CODE'
            WHEN 'payout_needs_another_operator' THEN 'Let another operator run the payout: matchback run'
            WHEN 'payout_held_after_restore' THEN 'Say which payout files were sent: matchback payouts resume'
            WHEN 'payout_sent_before_restore' THEN 'Bring back the files and acts that it rested on, or: '
            || 'matchback rewards decline ID --reason CODE'
            WHEN 'payout_answered_as_paid' THEN 'Ask the payer: it answered that it paid after all. If so: '
            || 'matchback rewards decline ID --reason CODE'
            ELSE 'See why: matchback explain --reward ID'
        END
        WHEN 'due' THEN 'Nothing: it goes into the next payout file'
        WHEN 'overdue' THEN 'Ask the payer: it has not answered in time'
        ELSE 'Nothing yet: the payer has still time to answer'
    END AS next_step
FROM reconciled_rewards
WHERE state NOT IN ('settled', 'closed')
