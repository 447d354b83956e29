select
    contact_id as id,
    owner_admin_id as admin_id,
    created_at,
    updated_at,
    signed_up_at,
    contact_name as name,
    role,
    email,
    last_replied_at,
    last_contacted_at,
    last_email_clicked_at,
    last_email_opened_at,
    unsubscribed_from_emails,
    false as _fivetran_deleted,
    {{ history_columns('updated_at') }}
from {{ ref('stg_contacts') }}
