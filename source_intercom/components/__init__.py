"""
The CDK's parts that this connector brings itself, because the CDK's lose data or cost too much.

- cursors, for DatetimeBasedCursor: it claims what it has not read, and can't go on in mid-slice.
- partitions, for DeclarativePartition: its state can overtake its own records.
- base_retriever, for SimpleRetriever and JsonDecoder: a broken body is an empty page to them.
- list_retriever, for DefaultPaginator: Intercom names the next page in four ways.
- search_retriever, for DefaultPaginator and `step`: slices must follow the rows, not the calendar.
- parts_retriever, for SubstreamPartitionRouter: it slows down past 25,000 parents.
- scroll_retriever, for CursorPagination and RESET_PAGINATION: a scroll dies behind a slow reader,
  and its 404 means two things.
- spool holds on disk what must be read faster than it is emitted.
"""
