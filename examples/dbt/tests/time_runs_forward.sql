-- Nobody answers before they were asked, and nothing ends before it began.
{{ config(severity='warn') }}

select conversation_id as id
from {{ ref('conversation_metrics') }}
where seconds_to_reply < 0 or seconds_to_close < 0 or closed_at < created_at
