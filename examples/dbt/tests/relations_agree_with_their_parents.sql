-- As many rows hold as the parent's own list has entries, where Intercom has not cut that short.
-- Otherwise the relation was loaded at another time than its parent.
{{ config(severity='warn') }}

with contacts as (
    select contact_id, count(*) as rows_held
    from {{ ref('stg_contact_tags') }}
    group by contact_id
),

conversations as (
    select conversation_id, count(*) as rows_held
    from {{ ref('stg_conversation_tags') }}
    group by conversation_id
)

select parents.id
from {{ source('intercom', 'contacts') }} as parents
inner join {{ ref('stg_contacts') }} as staged on staged.contact_id = parents.id
left join contacts on contacts.contact_id = parents.id
where (parents.tags ->> 'has_more') = 'false'
    and coalesce(contacts.rows_held, 0) <> {{ entries_of("(parents.tags -> 'data')") }}

union all

select parents.id
from {{ source('intercom', 'conversations') }} as parents
inner join {{ ref('stg_conversations') }} as staged on staged.conversation_id = parents.id
left join conversations on conversations.conversation_id = parents.id
where coalesce(conversations.rows_held, 0) <> {{ entries_of("(parents.tags -> 'tags')") }}
