-- What do customers write about most?
WITH tagged AS (
    SELECT unnest(tags -> '$.tags[*].name') ->> '$' AS tag
    FROM intercom_conversations
)
SELECT tag, count(*) AS conversations
FROM tagged
GROUP BY tag
ORDER BY conversations DESC, tag
LIMIT 8
