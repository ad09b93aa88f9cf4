-- The first day on which each friend clicked for a program, and how soon after the share.
-- Grain: program x clicker.
-- Why: clickers are the longest step of the funnel; they are kept apart from the steps of events, which are few.
WITH first_days AS (
    SELECT
        program,
        clicker_id,
        MIN(clicked_on) AS clicked_on
    FROM click_days
    GROUP BY program, clicker_id
)

SELECT
    d.program,
    d.clicker_id AS friend_id,
    d.clicked_on AS reached_on,
    d.days_since_share
FROM click_days AS d
INNER JOIN first_days AS f
    ON d.program = f.program AND d.clicker_id = f.clicker_id AND d.clicked_on = f.clicked_on
