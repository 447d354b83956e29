select
    id as contact_id,
    external_id,
    role,
    name as contact_name,
    email,
    email_domain,
    phone,
    owner_id as owner_admin_id,
    location ->> 'country' as country,
    location ->> 'city' as city,
    unsubscribed_from_emails,
    has_hard_bounced,
    created_at,
    updated_at,
    signed_up_at,
    last_seen_at,
    last_replied_at,
    last_contacted_at,
    last_email_opened_at,
    last_email_clicked_at,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'contacts') }}
where id not in (select contact_id from {{ ref('stg_departed_contacts') }})
