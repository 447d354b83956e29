"""Entry point: `source-intercom spec|check|discover|read`."""

import gc
import logging
import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn, TextIO, cast

from airbyte_cdk.exception_handler import init_uncaught_exception_handler
from airbyte_cdk.logger import PRINT_BUFFER
from airbyte_cdk.utils.print_buffer import PrintBuffer

from source_intercom.entrypoint import IntercomEntrypoint
from source_intercom.source import SourceIntercom

ENDS = (signal.SIGTERM, signal.SIGINT)
ANSWERS = ('{"type":"SPEC"', '{"type":"CONNECTION_STATUS"', '{"type":"CATALOG"')
"""How a message begins behind which spec, check or discover has nothing left to say."""
RETRY_SECONDS = 0.05
"""Until a signal that found a line half written is looked at again."""


def run(args: list[str] | None = None) -> None:
    """Run one Airbyte verb with the process's arguments; messages go to stdout."""
    arguments = sys.argv[1:] if args is None else args
    # Where Python is told not to buffer, as containers do, it drops what a signal cuts off a write.
    sys.__stdout__ = os.fdopen(1, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]
    init_uncaught_exception_handler(logging.getLogger("airbyte"))
    for number in ENDS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as for a shell's background jobs
            signal.signal(number, _end)
    signal.signal(signal.SIGALRM, _end)
    try:
        _write_messages(arguments)
    except _Ended as end:
        _leave(0 if _Ended.has_answered else 128 + end.number)  # guard: end at once
    except BrokenPipeError:
        _leave(1)
    except Exception as error:  # noqa: BLE001 the CDK's hook tells the platform
        sys.excepthook(type(error), error, error.__traceback__)
        _leave(1)


def _write_messages(arguments: list[str]) -> None:
    source = SourceIntercom()
    # Half of a page's decoding time goes to a collector that walks what never dies.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    entrypoint = IntercomEntrypoint(source, _write_lines)
    with PRINT_BUFFER:
        for message in entrypoint.run(entrypoint.parse_args(arguments)):
            # In one piece, so that no other thread's line gets between it and its end.
            print(f"{message}\n", end="")  # noqa: T201 Airbyte's protocol
            PRINT_BUFFER.flush()
            _Ended.has_answered |= message.startswith(ANSWERS)


def _write_lines(lines: bytes) -> None:
    """Write whole lines behind what has been printed; the buffer would hold them as text first."""
    with PRINT_BUFFER.lock:
        PRINT_BUFFER.flush()
        stdout = cast("TextIO", sys.__stdout__).buffer
        stdout.write(lines)
        stdout.flush()


WRITING = {each.__code__ for each in (PrintBuffer.write, PrintBuffer.flush, _write_lines)}
"""Where a signal finds a line half written."""


def _leave(code: int) -> NoReturn:
    """End at once: workers may wait for Intercom, or for a queue that nobody empties any more."""
    with suppress(OSError), PRINT_BUFFER.lock:  # no other thread is left within a line either
        sys.stdout.flush()
        os._exit(code)
    os._exit(code)


class _Ended(BaseException):
    """A signal came; not an Exception, so that nobody takes it for trouble with a stream."""

    number = signal.SIGTERM
    has_answered = False
    """Whoever ends a verb behind its one answer takes any other code than 0 for a failure."""


def _end(number: int, frame: FrameType | None) -> None:
    """End the process as soon as no line is half written; without this, a container would not."""
    if number in ENDS:
        _Ended.number = signal.Signals(number)
    while frame is not None:
        if frame.f_code in WRITING:  # guard: whole line
            signal.setitimer(signal.ITIMER_REAL, RETRY_SECONDS)
            return
        frame = frame.f_back
    raise _Ended
