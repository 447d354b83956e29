-- The states of a ticket follow each other without a gap, up to the one that it is in now.
{{ config(tags=['tickets'], severity='warn') }}

with lives as (
    select
        ticket_id,
        sum(seconds) as spent,
        max(entered_at) as last_entered_at,
        min(seconds) as least
    from {{ ref('ticket_state_changes') }}
    group by ticket_id
)

select lives.ticket_id
from lives
inner join {{ ref('stg_tickets') }} as tickets on tickets.ticket_id = lives.ticket_id
where coalesce(lives.spent, 0)
    <> {{ seconds_between('tickets.created_at', 'lives.last_entered_at') }}
    or lives.least < 0
