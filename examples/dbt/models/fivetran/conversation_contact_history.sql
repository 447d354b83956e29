select
    contact_id,
    conversation_id,
    conversation_updated_at,
    {{ history_columns('conversation_updated_at') }}
from {{ ref('stg_conversation_contacts') }}
