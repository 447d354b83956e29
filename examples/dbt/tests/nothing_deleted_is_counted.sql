-- Conversations and contacts that Intercom says are gone appear in no mart.
select conversation_id as id
from {{ ref('conversation_metrics') }}
where conversation_id in (select id from {{ source('intercom', 'deleted_conversations') }})

union all

select contact_id
from {{ ref('contact_summary') }}
where contact_id in (select id from {{ source('intercom', 'deleted_contacts') }})
    or contact_id in (select source_contact_id from {{ source('intercom', 'contact_merges') }})
