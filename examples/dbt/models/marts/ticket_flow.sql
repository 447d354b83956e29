with states as (
    select
        ticket_id,
        count(*) - 1 as state_changes,
        count(*) filter (where previous_state = 'resolved') as reopens,
        max(entered_at) filter (where state = 'resolved' and left_at is null) as resolved_at,
        sum(seconds) filter (where state = 'submitted') as seconds_submitted,
        sum(seconds) filter (where state = 'in_progress') as seconds_in_progress,
        sum(seconds) filter (where state = 'waiting_on_customer') as seconds_waiting_on_customer
    from {{ ref('ticket_state_changes') }}
    group by ticket_id
),

replies as (
    select
        ticket_id,
        min(created_at) filter (where author_type = 'admin') as first_reply_at,
        count(*) filter (where author_type = 'admin') as teammate_replies,
        count(*) filter (where author_type in ('user', 'lead')) as contact_replies
    from {{ ref('stg_ticket_parts') }}
    where is_reply
    group by ticket_id
),

contacts as (
    select ticket_id, count(*) as contacts, min(contact_id) as contact_id
    from {{ ref('stg_ticket_contacts') }}
    group by ticket_id
)

select
    tickets.ticket_id,
    tickets.ticket_number,
    tickets.title,
    tickets.category,
    types.ticket_type_name,
    tickets.state,
    labels.internal_label as state_label,
    tickets.is_open,
    contacts.contact_id,
    coalesce(contacts.contacts, 0) as contacts,
    tickets.team_id,
    teams.team_name,
    tickets.admin_id,
    admins.admin_name,
    tickets.created_at,
    tickets.updated_at,
    replies.first_reply_at,
    {{ seconds_between('tickets.created_at', 'replies.first_reply_at') }} as seconds_to_reply,
    states.resolved_at,
    {{ seconds_between('tickets.created_at', 'states.resolved_at') }} as seconds_to_resolve,
    states.state_changes,
    states.reopens,
    states.seconds_submitted,
    states.seconds_in_progress,
    states.seconds_waiting_on_customer,
    coalesce(replies.teammate_replies, 0) as teammate_replies,
    coalesce(replies.contact_replies, 0) as contact_replies
from {{ ref('stg_tickets') }} as tickets
inner join states on states.ticket_id = tickets.ticket_id
left join replies on replies.ticket_id = tickets.ticket_id
left join contacts on contacts.ticket_id = tickets.ticket_id
left join {{ ref('stg_ticket_types') }} as types
    on types.ticket_type_id = tickets.ticket_type_id
left join {{ ref('stg_ticket_states') }} as labels
    on labels.ticket_state_id = tickets.ticket_state_id
left join {{ ref('stg_teams') }} as teams on teams.team_id = tickets.team_id
left join {{ ref('stg_admins') }} as admins on admins.admin_id = tickets.admin_id
