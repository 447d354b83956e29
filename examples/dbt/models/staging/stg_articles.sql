select
    id as article_id,
    title,
    description,
    body,
    url,
    state,
    default_locale,
    author_id as admin_id,
    workspace_id,
    created_at,
    updated_at,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'articles') }}
