"""
Loads an Intercom workspace into a warehouse: PyAirbyte runs the connector, its caches write.

| module | what lives there |
|---|---|
| `cli` | the command `intercom-load`: arguments, exit codes |
| `run` | what the command does once its arguments are right |
| `warehouse` | a database URL read into plain values |
| `caches` | PyAirbyte's caches, with the few changes that keep every row exact |
| `connector` | the connector's process and its messages |
| `load` | one load: check, read, follow the messages |
| `stream_load` | one stream: spool, commit rows, then state |
| `progress` | what is shown while it runs, and the table at the end |
| `errors` | failures that become one sentence |

Nothing here is imported by the connector or goes into its image.
"""

import os
import warnings

# PyAirbyte reads these when it is imported: no registry, no telemetry, no log files of its own.
os.environ["AIRBYTE_OFFLINE_MODE"] = "1"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["AIRBYTE_LOGGING_ROOT"] = os.devnull
warnings.filterwarnings("ignore", message="Failed to create PyAirbyte logging directory")
warnings.filterwarnings("ignore", message="You are using a Python", category=FutureWarning)
