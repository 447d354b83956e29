-- A contact that was merged into another stays in its conversations under the old id.
with current_rows as (
    {{ current_rows(
        'conversation_contacts', 'conversations', 'conversation_id', [('contacts', 'contacts')]
    ) }}
)

select
    current_rows.conversation_id,
    coalesce(departed.survivor_id, current_rows.contact_id) as contact_id,
    max(current_rows.conversation_updated_at) as conversation_updated_at,
    max(current_rows.{{ var('loaded_at') }}) as _loaded_at
from current_rows
left join {{ ref('stg_departed_contacts') }} as departed
    on departed.contact_id = current_rows.contact_id
where current_rows.conversation_id in (select conversation_id from {{ ref('stg_conversations') }})
group by 1, 2
