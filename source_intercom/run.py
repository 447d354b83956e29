"""Entry point: `source-intercom spec|check|discover|read`."""

import gc
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from airbyte_cdk.logger import PRINT_BUFFER

from source_intercom.entrypoint import IntercomEntrypoint
from source_intercom.source import SourceIntercom

MOST_BUFFERED = 250_000
"""Characters, of four bytes each there; the CDK's buffer by itself takes all that 0.1 s brings."""


def run(args: list[str] | None = None) -> None:
    """Run one Airbyte verb with the process's arguments; messages go to stdout."""
    arguments = sys.argv[1:] if args is None else args
    # Where Python is told not to buffer, as containers do, it drops what a signal cuts off a write.
    sys.__stdout__ = os.fdopen(1, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]
    output = _Output()
    signal.signal(signal.SIGTERM, output.terminate)
    source = SourceIntercom.from_arguments(arguments)
    # Half of a page's decoding time goes to a collector that walks what never dies.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    entrypoint = IntercomEntrypoint(source)
    try:
        with PRINT_BUFFER:
            for message in entrypoint.run(entrypoint.parse_args(arguments)):
                output.write(message)
    except _Terminated:
        _leave(128 + signal.SIGTERM)
    except KeyboardInterrupt:
        _leave(128 + signal.SIGINT)
    except BrokenPipeError:
        _leave(1)
    except Exception as error:  # noqa: BLE001 the CDK's hook tells the platform
        sys.excepthook(type(error), error, error.__traceback__)
        _leave(1)


def _leave(code: int) -> NoReturn:
    """End at once: workers may wait for Intercom, or for a queue that nobody empties any more."""
    with suppress(OSError):
        sys.stdout.flush()
    os._exit(code)


class _Terminated(BaseException):
    """SIGTERM came; not an Exception, so that nobody takes it for trouble with a stream."""


class _Output:
    """
    Stdout, line by line, also when SIGTERM comes in the midst of one.

    The signal has a handler because without one a container's first process ignores it.
    """

    def __init__(self) -> None:
        self._buffered = 0
        self._is_writing = False
        self._is_terminated = False

    def write(self, message: str) -> None:
        """Write one message as a line."""
        self._is_writing = True
        # In one piece, so that no other thread's line gets between it and its end.
        print(f"{message}\n", end="")  # noqa: T201 Airbyte's protocol
        self._buffered += len(message)
        if self._buffered > MOST_BUFFERED:
            PRINT_BUFFER.flush()
            self._buffered = 0
        self._is_writing = False
        if self._is_terminated:
            raise _Terminated

    def terminate(self, _number: int, _frame: FrameType | None) -> None:
        """End the process as soon as the line that is being written is whole."""
        self._is_terminated = True
        if not self._is_writing:
            raise _Terminated
