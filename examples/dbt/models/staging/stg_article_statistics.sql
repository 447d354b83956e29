select
    article_id,
    views,
    conversations,
    reactions,
    happy_reaction_percentage,
    neutral_reaction_percentage,
    sad_reaction_percentage,
    fin_involvements,
    fin_resolutions,
    {{ var('loaded_at') }} as _loaded_at
from {{ source('intercom', 'article_statistics') }}
