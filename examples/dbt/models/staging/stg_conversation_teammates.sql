with current_rows as (
    {{ current_rows(
        'conversation_teammates',
        'conversations',
        'conversation_id',
        [('teammates', 'admins'), ('teammates', 'teammates')]
    ) }}
)

select conversation_id, teammate_id as admin_id, {{ var('loaded_at') }} as _loaded_at
from current_rows
where teammate_type = 'admin'
    and conversation_id in (select conversation_id from {{ ref('stg_conversations') }})
