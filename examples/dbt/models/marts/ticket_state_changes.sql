-- A ticket begins in the state that its first change leaves, or is in now where none was made.
with changes as (
    select ticket_id, part_id, created_at, previous_state, state
    from {{ ref('stg_ticket_parts') }}
    where state <> previous_state
),

first_states as (
    select tickets.ticket_id, tickets.created_at, coalesce(changes.previous_state, tickets.state)
        as state
    from {{ ref('stg_tickets') }} as tickets
    left join (
        select *, row_number() over (partition by ticket_id order by created_at, part_id) as place
        from changes
    ) as changes
        on changes.ticket_id = tickets.ticket_id and changes.place = 1
),

states as (
    select ticket_id, cast(null as varchar) as part_id, created_at,
        cast(null as varchar) as previous_state, state
    from first_states

    union all

    select ticket_id, part_id, created_at, previous_state, state
    from changes
),

ordered as (
    select
        *,
        row_number() over (
            partition by ticket_id order by created_at, part_id nulls first
        ) as place,
        lead(created_at) over (
            partition by ticket_id order by created_at, part_id nulls first
        ) as left_at
    from states
)

select
    ticket_id || '-' || cast(place as varchar) as change_id,
    ticket_id,
    place,
    previous_state,
    state,
    created_at as entered_at,
    left_at,
    {{ seconds_between('created_at', 'left_at') }} as seconds
from ordered
