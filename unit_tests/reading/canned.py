"""An Intercom of canned answers, for readings by themselves."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from source_intercom.http.client import IntercomError
from source_intercom.intercom.errors import Remedy, read_refusal

Asked = Mapping[str, Any]


class Canned:
    """A client whose requests are answered by a function of their parameters or body."""

    def __init__(self, answer: Callable[[Asked], Any]) -> None:
        self._answer = answer
        self.asked: list[Asked] = []

    def send(
        self,
        _method: str,
        _path: str,
        *,
        parse: Callable[[bytes], Any],
        params: Asked,
        json: Asked | None = None,
        **_: Any,
    ) -> Any:
        """What is made of the answer."""
        asked = dict(params) if json is None else json
        self.asked.append(asked)
        return parse(orjson.dumps(self._answer(asked)))

    def sleep(self, seconds: float) -> None:
        """Nothing waits here."""


def refusal(status: int, code: str = "parameter_invalid") -> IntercomError:
    """A request that Intercom refuses in its own words."""
    content = orjson.dumps({"type": "error.list", "errors": [{"code": code}]})
    refused = read_refusal(status, content)
    return IntercomError(refused.sentence, refused.remedy, refused)


def trouble() -> IntercomError:
    """One that fails for good, as servers do."""
    return IntercomError("Intercom's servers keep failing.", Remedy.WAIT, read_refusal(500, b""))
