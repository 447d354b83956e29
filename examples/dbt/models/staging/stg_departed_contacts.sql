-- A contact may be merged into one that was itself merged later: the chain is followed to its end.
with recursive departures as (
    select id as contact_id, status, merged_into_id as into_id
    from {{ source('intercom', 'deleted_contacts') }}

    union all

    select source_contact_id, 'merged', contact_id
    from {{ source('intercom', 'contact_merges') }}
    where source_contact_id not in (select id from {{ source('intercom', 'deleted_contacts') }})
),

chains as (
    select contact_id, into_id, 1 as steps
    from departures
    where into_id is not null

    union all

    select chains.contact_id, departures.into_id, chains.steps + 1
    from chains
    inner join departures on departures.contact_id = chains.into_id
    where departures.into_id is not null and chains.steps < 100
),

ends as (
    select contact_id, into_id, row_number() over (
        partition by contact_id order by steps desc
    ) as place
    from chains
)

select departures.contact_id, departures.status, ends.into_id as survivor_id
from departures
left join ends on ends.contact_id = departures.contact_id and ends.place = 1
