"""`python -m intercom_demo` runs the demo; exit code 1 if any step of it fails."""

import sys

from rich.console import Console

from intercom_demo.story import DemoFailed, tell
from intercom_load.errors import LoadError

try:
    tell(Console(highlight=False))
except (DemoFailed, LoadError) as error:
    sys.exit(f"The demo stopped: {error}")
except KeyboardInterrupt:
    sys.exit(130)
