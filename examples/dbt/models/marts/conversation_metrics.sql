with replies as (
    select
        conversation_id,
        count(*) filter (where author_type = 'admin') as teammate_replies,
        count(*) filter (where author_type in ('user', 'lead')) as contact_replies,
        count(*) filter (where is_by_fin) as fin_replies,
        count(distinct author_id) filter (where author_type = 'admin') as teammates
    from {{ ref('stg_conversation_parts') }}
    where is_reply
    group by conversation_id
),

contacts as (
    select conversation_id, count(*) as contacts, min(contact_id) as contact_id
    from {{ ref('stg_conversation_contacts') }}
    group by conversation_id
),

tags as (
    select conversation_id, string_agg(tag_name, ', ' order by tag_name) as tags
    from {{ ref('stg_conversation_tags') }}
    group by conversation_id
),

conversations as (
    select
        *,
        -- From when somebody waits: an outbound conversation waits for nobody before its answer.
        case
            when delivered_as = 'customer_initiated' then created_at
            else coalesce(least(first_text_at, first_reply_at), created_at)
        end as waits_from
    from {{ ref('stg_conversations') }}
)

select
    conversations.conversation_id,
    conversations.title,
    conversations.state,
    conversations.is_open,
    conversations.priority,
    conversations.channel,
    conversations.delivered_as,
    conversations.created_at,
    conversations.updated_at,
    conversations.waiting_since,

    contacts.contact_id,
    coalesce(contacts.contacts, 0) as contacts,
    conversations.team_id,
    teams.team_name,
    conversations.admin_id,
    admins.admin_name,
    tags.tags,

    conversations.first_reply_at,
    {{ seconds_between('conversations.waits_from', 'conversations.first_reply_at') }}
        as seconds_to_reply,
    conversations.office_seconds_to_reply,
    conversations.first_closed_at,
    {{ seconds_between('conversations.created_at', 'conversations.first_closed_at') }}
        as seconds_to_close,
    conversations.office_seconds_to_close,
    case when conversations.state = 'closed' then conversations.last_closed_at end as closed_at,
    conversations.handling_seconds,

    coalesce(conversations.reopens, 0) as reopens,
    coalesce(conversations.assignments, 0) as assignments,
    coalesce(conversations.parts, 0) as parts,
    coalesce(replies.teammate_replies, 0) as teammate_replies,
    coalesce(replies.contact_replies, 0) as contact_replies,
    coalesce(replies.teammates, 0) as teammates,

    conversations.rating,
    conversations.rating_remark,
    conversations.sla_name,
    conversations.sla_status,
    conversations.sla_status = 'missed' as is_sla_missed,

    coalesce(conversations.has_fin, false) as has_fin,
    coalesce(replies.fin_replies, 0) as fin_replies,
    conversations.fin_resolution
from conversations
left join replies on replies.conversation_id = conversations.conversation_id
left join contacts on contacts.conversation_id = conversations.conversation_id
left join tags on tags.conversation_id = conversations.conversation_id
left join {{ ref('stg_teams') }} as teams on teams.team_id = conversations.team_id
left join {{ ref('stg_admins') }} as admins on admins.admin_id = conversations.admin_id
