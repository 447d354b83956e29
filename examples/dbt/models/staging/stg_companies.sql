select
    id as company_id,
    company_id as external_id,
    name as company_name,
    plan ->> 'id' as plan_id,
    plan ->> 'name' as plan_name,
    industry,
    website,
    size,
    monthly_spend,
    user_count,
    session_count,
    created_at,
    updated_at,
    last_request_at,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'companies') }}
