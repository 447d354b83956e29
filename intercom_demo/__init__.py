"""
What `make demo` shows: a workspace, read into a warehouse, twice, and asked three questions.

| module | what lives there |
|---|---|
| `story` | the demo from beginning to end |
| `emulated` | the emulator as a child process, and the truth about its workspace |
| `pictures` | tables and bars for the terminal |
| `report`, `report.html` | the page of charts that it leaves beside the database |
| `charts` | how charts look, here and in the benchmarks |
| `questions/*.sql` | the questions; the first line of each file asks in words |
"""
