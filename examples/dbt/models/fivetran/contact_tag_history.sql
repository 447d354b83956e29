select contact_id, contact_updated_at, tag_id, {{ history_columns('contact_updated_at') }}
from {{ ref('stg_contact_tags') }}
