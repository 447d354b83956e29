select
    id as conversation_id,
    title,
    state,
    "open" as is_open,
    "read" as is_read,
    priority,
    created_at,
    updated_at,
    waiting_since,
    snoozed_until,
    -- Intercom writes 0 for nobody.
    nullif(admin_assignee_id, '0') as admin_id,
    nullif(team_assignee_id, '0') as team_id,

    source ->> 'type' as channel,
    source ->> 'delivered_as' as delivered_as,
    source ->> 'subject' as subject,
    source ->> 'body' as body,
    source -> 'author' ->> 'id' as author_id,
    source -> 'author' ->> 'type' as author_type,

    cast(first_contact_reply ->> 'created_at' as timestamp with time zone)
        as first_contact_reply_at,
    first_contact_reply ->> 'type' as first_contact_reply_channel,

    cast(conversation_rating ->> 'rating' as integer) as rating,
    conversation_rating ->> 'remark' as rating_remark,
    conversation_rating -> 'teammate' ->> 'id' as rated_admin_id,

    sla_applied ->> 'sla_name' as sla_name,
    sla_applied ->> 'sla_status' as sla_status,

    ai_agent_participated as has_fin,
    ai_agent ->> 'resolution_state' as fin_resolution,

    cast(statistics ->> 'first_admin_reply_at' as timestamp with time zone) as first_reply_at,
    cast(statistics ->> 'last_admin_reply_at' as timestamp with time zone) as last_reply_at,
    cast(statistics ->> 'first_contact_reply_at' as timestamp with time zone) as first_text_at,
    cast(statistics ->> 'first_close_at' as timestamp with time zone) as first_closed_at,
    cast(statistics ->> 'last_close_at' as timestamp with time zone) as last_closed_at,
    statistics ->> 'last_closed_by_id' as last_closed_by_id,
    cast(statistics ->> 'time_to_admin_reply' as bigint) as office_seconds_to_reply,
    cast(statistics ->> 'time_to_first_close' as bigint) as office_seconds_to_close,
    cast(statistics ->> 'handling_time' as bigint) as handling_seconds,
    cast(statistics ->> 'count_reopens' as bigint) as reopens,
    cast(statistics ->> 'count_assignments' as bigint) as assignments,
    cast(statistics ->> 'count_conversation_parts' as bigint) as parts,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'conversations') }}
where id not in (select id from {{ source('intercom', 'deleted_conversations') }})
