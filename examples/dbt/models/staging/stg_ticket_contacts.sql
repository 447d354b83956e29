with current_rows as (
    {{ current_rows('ticket_contacts', 'tickets', 'ticket_id', [('contacts', 'contacts')]) }}
)

select
    current_rows.ticket_id,
    coalesce(departed.survivor_id, current_rows.contact_id) as contact_id,
    max(current_rows.{{ var('loaded_at') }}) as _loaded_at
from current_rows
left join {{ ref('stg_departed_contacts') }} as departed
    on departed.contact_id = current_rows.contact_id
group by 1, 2
