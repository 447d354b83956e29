with deeds as (
    select
        author_id as admin_id,
        {{ day_of('created_at') }} as day,
        conversation_id,
        case
            when is_reply then 'reply'
            when part_type like 'note%' then 'note'
            else 'other'
        end as what,
        part_type = 'close' as is_closing
    from {{ ref('stg_conversation_parts') }}
    where author_type = 'admin'

    union all

    select assigned_to_id, {{ day_of('created_at') }}, conversation_id, 'assigned', false
    from {{ ref('stg_conversation_parts') }}
    where assigned_to_type = 'admin'
)

select
    deeds.admin_id,
    deeds.day,
    max(admins.admin_name) as admin_name,
    count(*) filter (where what = 'reply') as replies,
    count(*) filter (where what = 'note') as notes,
    count(distinct conversation_id) filter (where what = 'assigned') as conversations_assigned,
    count(distinct conversation_id) filter (where what <> 'assigned') as conversations_worked_on,
    count(distinct conversation_id) filter (where is_closing) as conversations_closed
from deeds
left join {{ ref('stg_admins') }} as admins on admins.admin_id = deeds.admin_id
group by deeds.admin_id, deeds.day
