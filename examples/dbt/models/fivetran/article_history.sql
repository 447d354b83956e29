-- That package has one collection an article, and calls a collection within another a section.
with placed as (
    select
        those.article_id,
        collections.collection_id,
        collections.root_id,
        collections.depth,
        row_number() over (partition by those.article_id order by collections.collection_id)
            as place
    from {{ ref('stg_article_collections') }} as those
    inner join {{ ref('stg_collections') }} as collections
        on collections.collection_id = those.collection_id
)

select
    articles.article_id as id,
    placed.root_id as collection_id,
    case when placed.depth > 0 then placed.collection_id end as section_id,
    articles.admin_id as author_id,
    articles.title,
    articles.description,
    articles.body,
    articles.url,
    'article' as type,
    articles.state,
    case when placed.depth > 0 then 'section' when placed.depth = 0 then 'collection' end
        as parent_type,
    articles.default_locale,
    articles.workspace_id,
    case when used.article_id is not null then 'article_statistics' end as statistics_type,
    used.views as statistics_views,
    used.conversations as statistics_conversations,
    used.reactions as statistics_reactions,
    used.happy_reaction_percentage as statistics_happy_reaction_percentage,
    used.neutral_reaction_percentage as statistics_neutral_reaction_percentage,
    used.sad_reaction_percentage as statistics_sad_reaction_percentage,
    articles.created_at,
    articles.updated_at,
    true as _fivetran_active,
    articles.updated_at as _fivetran_start,
    cast(null as timestamp with time zone) as _fivetran_end,
    articles._loaded_at as _fivetran_synced
from {{ ref('stg_articles') }} as articles
left join placed on placed.article_id = articles.article_id and placed.place = 1
left join {{ ref('stg_article_statistics') }} as used on used.article_id = articles.article_id
