-- Two contacts of a company may share a conversation, which counts once.
with theirs as (
    select distinct members.company_id, those.conversation_id
    from {{ ref('stg_contact_companies') }} as members
    inner join {{ ref('stg_conversation_contacts') }} as those
        on those.contact_id = members.contact_id
),

conversations as (
    select
        theirs.company_id,
        count(*) as conversations,
        count(*) filter (where metrics.is_open) as open_conversations,
        max(metrics.created_at) as last_conversation_at,
        avg(metrics.rating) as average_rating,
        {{ median_of('metrics.seconds_to_reply') }} as median_seconds_to_reply,
        {{ median_of('metrics.seconds_to_close') }} as median_seconds_to_close
    from theirs
    inner join {{ ref('conversation_metrics') }} as metrics
        on metrics.conversation_id = theirs.conversation_id
    group by theirs.company_id
),

contacts as (
    select company_id, count(*) as contacts
    from {{ ref('stg_contact_companies') }}
    group by company_id
),

tags as (
    select those.company_id, string_agg(tags.tag_name, ', ' order by tags.tag_name) as tags
    from {{ ref('stg_company_tags') }} as those
    inner join {{ ref('stg_tags') }} as tags on tags.tag_id = those.tag_id
    group by those.company_id
)

select
    companies.company_id,
    companies.external_id,
    companies.company_name,
    companies.plan_name,
    companies.industry,
    companies.monthly_spend,
    companies.created_at,
    companies.last_request_at,
    tags.tags,
    coalesce(contacts.contacts, 0) as contacts,
    coalesce(conversations.conversations, 0) as conversations,
    coalesce(conversations.open_conversations, 0) as open_conversations,
    conversations.last_conversation_at,
    conversations.average_rating,
    conversations.median_seconds_to_reply,
    conversations.median_seconds_to_close
from {{ ref('stg_companies') }} as companies
left join contacts on contacts.company_id = companies.company_id
left join conversations on conversations.company_id = companies.company_id
left join tags on tags.company_id = companies.company_id
