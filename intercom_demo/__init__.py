"""
What `make demo` shows: a workspace, read into a warehouse, twice, and asked three questions.

| module | what lives there |
|---|---|
| `story` | the demo from beginning to end |
| `emulated` | the emulator as a child process, and the truth about its workspace |
| `pictures` | tables and bars for the terminal |
| `questions/*.sql` | the questions; the first line of each file asks in words |
"""
