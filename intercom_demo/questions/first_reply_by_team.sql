-- How long do customers wait for a team's first reply?
WITH answered AS (
    SELECT
        team_assignee_id AS team_id,
        (statistics ->> 'time_to_admin_reply')::BIGINT AS seconds
    FROM intercom_conversations
)
SELECT
    teams.name AS team,
    count(seconds) AS conversations,
    round(median(seconds) / 60, 1) AS median_minutes
FROM answered
JOIN intercom_teams AS teams ON teams.id = answered.team_id
GROUP BY team
ORDER BY median_minutes
