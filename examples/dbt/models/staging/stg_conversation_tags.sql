with current_rows as (
    {{ current_rows('conversation_tags', 'conversations', 'conversation_id', [('tags', 'tags')]) }}
)

select
    conversation_id,
    tag_id,
    name as tag_name,
    applied_at,
    conversation_updated_at,
    {{ var('loaded_at') }} as _loaded_at
from current_rows
where conversation_id in (select conversation_id from {{ ref('stg_conversations') }})
