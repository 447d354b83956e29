"""
What ends a verb, as Airbyte is told.

Python, because the CDK calls each failed sync a `config_error`, whatever its streams died of, and
quotes their errors' Python names.
"""

from airbyte_cdk.models import AirbyteMessage, FailureType, TraceType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

CDKS_SUMMARY = "Concurrent read failure"
"""The CDK's internal message of the error that it raises behind all streams, if one failed."""

GRAVITY = (FailureType.transient_error, FailureType.config_error, FailureType.system_error)
"""Time ends the first, a user the second, and only we the third."""


def config_error(message: str) -> AirbyteTracedException:
    """What ends a verb with one sentence on what to change."""
    return AirbyteTracedException(
        message=message, internal_message=message, failure_type=FailureType.config_error
    )


class Failures:
    """The errors of a sync of so many streams, gathered from its messages."""

    def __init__(self, streams: int) -> None:
        self._streams = streams
        self._types: dict[str, FailureType] = {}

    def note(self, message: AirbyteMessage) -> None:
        """Remember the failure type of a stream's error."""
        trace = message.trace
        if trace is None or trace.type is not TraceType.ERROR or trace.error is None:
            return
        stream, failure_type = trace.error.stream_descriptor, trace.error.failure_type
        if stream is not None and failure_type is not None:
            self._types[stream.name] = max(
                failure_type, self._types.get(stream.name, failure_type), key=GRAVITY.index
            )

    def of_the_sync(self, error: AirbyteTracedException) -> AirbyteTracedException:
        """
        What is raised behind all streams: of the gravest type among theirs.

        `error` is what the CDK raises, and stays what it is if it isn't its summary of the streams.
        """
        if error.internal_message != CDKS_SUMMARY or not self._types:
            return error
        failed = ", ".join(f"{name} ({each.value})" for name, each in self._types.items())
        message = (
            f"Streams that were not read to their end, {len(self._types)} of {self._streams}: "
            f"{failed}. The error of each says what to do."
        )
        return AirbyteTracedException(
            message=message,
            internal_message=message,
            failure_type=max(self._types.values(), key=GRAVITY.index),
        )
