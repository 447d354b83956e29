-- Each reply of a teammate is in the workload of one day, and of one team where there is one.
with counted as (
    select
        (select sum(replies) from {{ ref('teammate_daily_workload') }}) as of_teammates,
        (select sum(replies) from {{ ref('team_daily_workload') }}) as of_teams,
        (
            select count(*) from {{ ref('stg_conversation_parts') }}
            where is_reply and author_type = 'admin'
        ) as in_parts,
        (
            select sum(teammate_replies) from {{ ref('conversation_metrics') }}
            where team_id is not null
        ) as in_conversations
)

select * from counted
where of_teammates <> in_parts or of_teams <> in_conversations
