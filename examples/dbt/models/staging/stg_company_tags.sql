select company_id, tag_id, company_updated_at, {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'company_tags') }}
