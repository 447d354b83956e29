with current_rows as (
    {{ current_rows('contact_companies', 'contacts', 'contact_id', [('companies', 'data')]) }}
)

select contact_id, company_id, contact_updated_at, {{ var('loaded_at') }} as _loaded_at
from current_rows
where contact_id in (select contact_id from {{ ref('stg_contacts') }})
