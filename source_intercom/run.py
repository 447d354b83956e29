"""Entry point: `source-intercom spec|check|discover|read`."""

import gc
import sys

from airbyte_cdk.logger import PRINT_BUFFER

from source_intercom.entrypoint import IntercomEntrypoint
from source_intercom.source import SourceIntercom

MOST_BUFFERED = 250_000
"""Characters, of four bytes each there; the CDK's buffer by itself takes all that 0.1 s brings."""


def run(args: list[str] | None = None) -> None:
    """Run one Airbyte verb with the process's arguments; messages go to stdout."""
    arguments = sys.argv[1:] if args is None else args
    source = SourceIntercom.from_arguments(arguments)
    # Half of a page's decoding time goes to a collector that walks what never dies.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    entrypoint = IntercomEntrypoint(source)
    buffered = 0
    with PRINT_BUFFER:
        for message in entrypoint.run(entrypoint.parse_args(arguments)):
            # In one piece, so that no other thread's line gets between it and its end.
            print(f"{message}\n", end="")  # noqa: T201 Airbyte's protocol
            buffered += len(message)
            if buffered > MOST_BUFFERED:
                PRINT_BUFFER.flush()
                buffered = 0
