with conversations as (
    select
        those.contact_id,
        count(*) as conversations,
        count(*) filter (where metrics.is_open) as open_conversations,
        min(metrics.created_at) as first_conversation_at,
        max(metrics.created_at) as last_conversation_at,
        avg(metrics.rating) as average_rating,
        {{ median_of('metrics.seconds_to_reply') }} as median_seconds_to_reply
    from {{ ref('stg_conversation_contacts') }} as those
    inner join {{ ref('conversation_metrics') }} as metrics
        on metrics.conversation_id = those.conversation_id
    group by those.contact_id
),

companies as (
    select
        those.contact_id,
        count(*) as companies,
        string_agg(companies.company_name, ', ' order by companies.company_name) as company_names
    from {{ ref('stg_contact_companies') }} as those
    inner join {{ ref('stg_companies') }} as companies on companies.company_id = those.company_id
    group by those.contact_id
),

tags as (
    select those.contact_id, string_agg(tags.tag_name, ', ' order by tags.tag_name) as tags
    from {{ ref('stg_contact_tags') }} as those
    inner join {{ ref('stg_tags') }} as tags on tags.tag_id = those.tag_id
    group by those.contact_id
)

select
    contacts.contact_id,
    contacts.external_id,
    contacts.role,
    contacts.contact_name,
    contacts.email,
    contacts.country,
    contacts.owner_admin_id,
    contacts.created_at,
    contacts.signed_up_at,
    contacts.last_seen_at,
    coalesce(companies.companies, 0) as companies,
    companies.company_names,
    tags.tags,
    coalesce(conversations.conversations, 0) as conversations,
    coalesce(conversations.open_conversations, 0) as open_conversations,
    conversations.first_conversation_at,
    conversations.last_conversation_at,
    conversations.average_rating,
    conversations.median_seconds_to_reply
from {{ ref('stg_contacts') }} as contacts
left join conversations on conversations.contact_id = contacts.contact_id
left join companies on companies.contact_id = contacts.contact_id
left join tags on tags.contact_id = contacts.contact_id
