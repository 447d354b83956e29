"""
What ends a stream or a verb: a sentence that says what to do, and who can do it.

Python, because the CDK calls each failed sync a `config_error`, whatever its streams died of, and
quotes their errors' Python names.
"""

from airbyte_cdk.models import AirbyteMessage, FailureType, TraceType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_intercom.intercom.errors import Remedy

CDKS_SUMMARY = "Concurrent read failure"
"""The CDK's internal message of the error that it raises behind all streams, if one failed."""

GRAVITY = (Remedy.WAIT, Remedy.CONFIGURE, Remedy.REPORT)
"""Time ends the first, a user the second, and only we the third."""


class Failure(AirbyteTracedException):
    """
    The one way to end a stream or a verb.

    A `config_error`, `transient_error` or `system_error`, as the remedy says. `detail` goes to the
    log alone, where users don't look.
    """

    def __init__(self, sentence: str, remedy: Remedy, detail: str = "") -> None:
        super().__init__(
            message=sentence,
            internal_message=f"{sentence} {detail}".rstrip(),
            failure_type=FailureType(remedy.value),
        )
        self.sentence = sentence
        self.remedy = remedy


class Failures:
    """The errors of a sync of so many streams, gathered from its messages."""

    def __init__(self, streams: int) -> None:
        self._streams = streams
        self._remedies: dict[str, Remedy] = {}

    def note(self, message: AirbyteMessage) -> None:
        """Remember the failure type of a stream's error."""
        trace = message.trace
        if trace is None or trace.type is not TraceType.ERROR or trace.error is None:
            return
        stream, failure_type = trace.error.stream_descriptor, trace.error.failure_type
        if stream is not None and failure_type is not None:
            remedy = Remedy(failure_type.value)
            known = self._remedies.get(stream.name, remedy)
            self._remedies[stream.name] = max(remedy, known, key=GRAVITY.index)

    def of_the_sync(self, error: AirbyteTracedException) -> AirbyteTracedException:
        """
        What is raised behind all streams: of the gravest type among theirs.

        `error` is what the CDK raises, and stays what it is if it isn't its summary of the streams.
        """
        if error.internal_message != CDKS_SUMMARY or not self._remedies:
            return error
        failed = ", ".join(f"{name} ({each.value})" for name, each in self._remedies.items())
        return Failure(
            f"Streams that were not read to their end, {len(self._remedies)} of {self._streams}: "
            f"{failed}. The error of each says what to do.",
            max(self._remedies.values(), key=GRAVITY.index),
        )
