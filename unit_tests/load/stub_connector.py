#!/usr/bin/env python3
"""A connector that says what its config tells it to, so a test decides every message.

    {"check": […], "discover": […], "read": […], "exit": 0, "heard": "folder", "stays": false}

`heard`, if given, is where it leaves the catalog and the state that it was started with. With
`stays` it goes on saying the last message of a read, whatever it is told. "@noise" in a message
stands for 18,000 characters that can't be compressed.
"""

import json
import random
import shutil
import signal
import sys
from pathlib import Path

arguments = dict(zip(sys.argv[2::2], sys.argv[3::2], strict=True))
config = json.loads(Path(arguments["--config"]).read_text(encoding="utf-8"))
for option in ("--catalog", "--state"):
    if option in arguments and "heard" in config:
        shutil.copy(arguments[option], config["heard"])
line = ""
for message in config.get(sys.argv[1], []):
    line = message if isinstance(message, str) else json.dumps(message, separators=(",", ":"))
    sys.stdout.write(line.replace("@noise", random.randbytes(9_000).hex()) + "\n")
sys.stdout.flush()
if sys.argv[1] == "read" and config.get("stays"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        sys.stdout.write(line + "\n")
sys.exit(config.get("exit", 0) if sys.argv[1] == "read" else 0)
