select company_id, contact_id, contact_updated_at, {{ history_columns('contact_updated_at') }}
from {{ ref('stg_contact_companies') }}
