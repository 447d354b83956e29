-- Which plans are the customers on who wait for us right now?
WITH waiting AS (
    SELECT id, unnest(contacts -> '$.contacts[*].id') ->> '$' AS contact_id
    FROM intercom_conversations
    WHERE open
),
employed AS (
    SELECT id, unnest(companies -> '$.data[*].id') ->> '$' AS company_id
    FROM intercom_contacts
)
SELECT
    companies.plan ->> 'name' AS plan,
    count(DISTINCT waiting.id) AS open_conversations
FROM waiting
JOIN employed ON employed.id = waiting.contact_id
JOIN intercom_companies AS companies ON companies.id = employed.company_id
GROUP BY plan
ORDER BY open_conversations DESC
