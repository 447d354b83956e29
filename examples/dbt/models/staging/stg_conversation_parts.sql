select
    id as part_id,
    conversation_id,
    conversation_updated_at,
    part_type,
    body,
    created_at,
    updated_at,
    author ->> 'id' as author_id,
    author ->> 'type' as author_type,
    coalesce(cast(author ->> 'from_ai_agent' as boolean), false) as is_by_fin,
    assigned_to ->> 'id' as assigned_to_id,
    assigned_to ->> 'type' as assigned_to_type,
    coalesce(redacted, false) as is_redacted,
    -- What its author wrote to the other side: a reply may close, open or assign at the same time.
    coalesce(body, '') <> '' and part_type not like 'note%' as is_reply,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'conversation_parts') }}
where conversation_id in (select conversation_id from {{ ref('stg_conversations') }})
