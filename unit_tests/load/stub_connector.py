#!/usr/bin/env python3
"""A connector that says what its config tells it to, so a test decides every message.

    {"check": […], "discover": […], "read": […], "exit": 0, "heard": "folder"}

`heard`, if given, is where it leaves the catalog and the state that it was started with.
"""

import json
import shutil
import sys
from pathlib import Path

arguments = dict(zip(sys.argv[2::2], sys.argv[3::2], strict=True))
config = json.loads(Path(arguments["--config"]).read_text(encoding="utf-8"))
for option in ("--catalog", "--state"):
    if option in arguments and "heard" in config:
        shutil.copy(arguments[option], config["heard"])
for message in config.get(sys.argv[1], []):
    sys.stdout.write((json.dumps(message) if isinstance(message, dict) else message) + "\n")
sys.exit(config.get("exit", 0) if sys.argv[1] == "read" else 0)
