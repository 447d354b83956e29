-- Nobody answers before they were asked, and nothing ends before it began.
select conversation_id as id
from {{ ref('conversation_metrics') }}
where seconds_to_reply < 0 or seconds_to_close < 0 or closed_at < created_at

union all

select ticket_id
from {{ ref('ticket_state_changes') }}
where seconds < 0
