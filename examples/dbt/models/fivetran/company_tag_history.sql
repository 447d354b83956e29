select company_id, company_updated_at, tag_id, {{ history_columns('company_updated_at') }}
from {{ ref('stg_company_tags') }}
