with collections as (
    select
        those.article_id,
        string_agg(collections.collection_name, ', ' order by collections.collection_name)
            as collections,
        min(help_centers.help_center_name) as help_center_name
    from {{ ref('stg_article_collections') }} as those
    inner join {{ ref('stg_collections') }} as collections
        on collections.collection_id = those.collection_id
    left join {{ ref('stg_help_centers') }} as help_centers
        on help_centers.help_center_id = collections.help_center_id
    group by those.article_id
),

tags as (
    select those.article_id, string_agg(tags.tag_name, ', ' order by tags.tag_name) as tags
    from {{ ref('stg_article_tags') }} as those
    inner join {{ ref('stg_tags') }} as tags on tags.tag_id = those.tag_id
    group by those.article_id
)

select
    articles.article_id,
    articles.title,
    articles.state,
    articles.url,
    articles.admin_id,
    admins.admin_name,
    collections.collections,
    collections.help_center_name,
    tags.tags,
    articles.created_at,
    articles.updated_at,
    coalesce(used.views, 0) as views,
    coalesce(used.conversations, 0) as conversations,
    coalesce(used.reactions, 0) as reactions,
    used.happy_reaction_percentage,
    used.neutral_reaction_percentage,
    used.sad_reaction_percentage,
    coalesce(used.fin_involvements, 0) as fin_involvements,
    coalesce(used.fin_resolutions, 0) as fin_resolutions
from {{ ref('stg_articles') }} as articles
left join {{ ref('stg_article_statistics') }} as used on used.article_id = articles.article_id
left join {{ ref('stg_admins') }} as admins on admins.admin_id = articles.admin_id
left join collections on collections.article_id = articles.article_id
left join tags on tags.article_id = articles.article_id
