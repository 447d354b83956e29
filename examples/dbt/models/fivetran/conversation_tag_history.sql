select
    conversation_id,
    conversation_updated_at,
    tag_id,
    {{ history_columns('conversation_updated_at') }}
from {{ ref('stg_conversation_tags') }}
