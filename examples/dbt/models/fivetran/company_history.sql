select
    company_id as id,
    external_id as company_id,
    company_name as name,
    website,
    industry,
    created_at,
    updated_at,
    user_count,
    session_count,
    monthly_spend,
    plan_id,
    plan_name,
    false as _fivetran_deleted,
    {{ history_columns('updated_at') }}
from {{ ref('stg_companies') }}
