select company_id, tag_id, company_updated_at, _loaded_at
from {{ source('intercom', 'company_tags') }}
