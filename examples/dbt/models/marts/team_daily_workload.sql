with conversations as (
    select * from {{ ref('conversation_metrics') }} where team_id is not null
),

happened as (
    select team_id, {{ day_of('created_at') }} as day, 'started' as what, conversation_id,
        cast(null as bigint) as seconds_to_reply
    from conversations

    union all

    select team_id, {{ day_of('first_reply_at') }}, 'answered', conversation_id, seconds_to_reply
    from conversations
    where first_reply_at is not null

    union all

    select team_id, {{ day_of('closed_at') }}, 'closed', conversation_id, null
    from conversations
    where closed_at is not null

    union all

    select conversations.team_id, {{ day_of('parts.created_at') }}, 'replied',
        parts.conversation_id, null
    from {{ ref('stg_conversation_parts') }} as parts
    inner join conversations on conversations.conversation_id = parts.conversation_id
    where parts.is_reply and parts.author_type = 'admin'

    union all

    select assigned_to_id, {{ day_of('created_at') }}, 'assigned', conversation_id, null
    from {{ ref('stg_conversation_parts') }}
    where assigned_to_type = 'team'
)

select
    happened.team_id,
    happened.day,
    max(teams.team_name) as team_name,
    count(*) filter (where what = 'started') as conversations_started,
    count(distinct conversation_id) filter (where what = 'assigned') as conversations_assigned,
    count(*) filter (where what = 'answered') as conversations_answered,
    count(*) filter (where what = 'closed') as conversations_closed,
    count(*) filter (where what = 'replied') as replies,
    {{ median_of('seconds_to_reply') }} as median_seconds_to_reply
from happened
left join {{ ref('stg_teams') }} as teams on teams.team_id = happened.team_id
group by happened.team_id, happened.day
