"""
A place to try syncs: an Intercom in this process, whose clock moves only where somebody waits.

    with laboratory("tiny") as intercom:
        first = sync_in_process(config_for(), ["contacts"])
        intercom.clock.advance(3600)
        second = sync_in_process(config_for(), ["contacts"], first.state())
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from functools import cache
from itertools import count
from threading import Condition
from typing import Any
from unittest.mock import patch

import airbyte_cdk.sources.declarative.concurrent_declarative_source as cdk_source
import orjson
from airbyte_cdk.sources.declarative.schema import JsonFileSchemaLoader
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource

import source_intercom.session
from integration_tests.originals import originals
from integration_tests.schemas import schema
from integration_tests.syncing import Key, Output, key_of
from intercom_emulator import Emulator, shapes
from intercom_emulator.clock import Clock
from intercom_emulator.faults import Custom
from intercom_emulator.messages import Request, Response
from intercom_emulator.records import Documents
from intercom_emulator.settings import Settings
from intercom_emulator.workspace import COMPANY_IDS, CONTACT_IDS, CONVERSATION_IDS, Seed
from source_intercom.http.client import IntercomClient
from source_intercom.intercom.rate_limit import Budget
from source_intercom.intercom.search_body import LONGEST_DAY
from source_intercom.reading import scroll, search
from source_intercom.tables import cursor, details, table
from source_intercom.tables.types import normaliser

BASE_URL = "https://api.intercom.io"
MARGIN = 15 * 60
DAY = 24 * 3600
SEARCHES = {
    "contacts": "POST /contacts/search",
    "conversations": "POST /conversations/search",
    "conversation_parts": "POST /conversations/search",
}
INCREMENTAL = ("contacts", "companies", "conversations", "conversation_parts", "articles")

Row = dict[str, Any]


@contextmanager
def small_pages(size: int, worth_a_cut: int = 12, narrowest_days: int = 3) -> Iterator[None]:
    """Pages of `size`, a state behind each, cuts at `worth_a_cut`: few rows see what many do."""
    with (
        patch.object(search, "PAGE_SIZE", size),
        patch.object(search, "ROWS_WORTH_A_CUT", worth_a_cut),
        patch.dict(search.NARROWEST, {LONGEST_DAY: narrowest_days * DAY}),
        patch.object(scroll, "FULL_PAGE", size),
        patch.object(cursor, "CHECKPOINT_ROWS", size),
        patch.object(table, "CHECKPOINT_ROWS", size),
    ):
        yield


def changed(change: Callable[[Any], object]) -> Custom:
    """A fault that changes the body of an answer."""

    def custom(_request: Request, proceed: Callable[[], Response]) -> Response:
        answer = proceed()
        body = answer.json
        change(body)
        answer.body = orjson.dumps(body)
        return answer

    return custom


def replaced(old: bytes, new: bytes) -> Custom:
    """A fault that changes bytes of an answer."""

    def custom(_request: Request, proceed: Callable[[], Response]) -> Response:
        answer = proceed()
        answer.body = answer.body.replace(old, new)
        return answer

    return custom


def contacts_at(moments: Iterable[int]) -> Documents:
    """Contacts that changed last at these moments, each created a day before."""
    return Documents(
        [
            shapes.contact(CONTACT_IDS.to_id(number), moment - DAY, updated_at=moment)
            for number, moment in enumerate(moments)
        ]
    )


def conversations_at(moments: Iterable[int], parts: int = 0) -> Documents:
    """Conversations that changed last at these moments, each begun a day before."""
    numbers = count(1)
    documents = []
    for number, moment in enumerate(moments):
        begun = moment - DAY
        writer = shapes.author("user", CONTACT_IDS.to_id(0), "Somebody", "somebody@example.com")
        said = [
            shapes.part(str(next(numbers)), begun + nth, writer, body="Hi") for nth in range(parts)
        ]
        one = shapes.conversation(
            CONVERSATION_IDS.to_id(number),
            begun,
            source=shapes.source(f"s{number}", writer, "Hello"),
            updated_at=moment,
            conversation_parts=shapes.conversation_parts(said),
        )
        documents.append({**one, "statistics": shapes.statistics(one)})
    return Documents(documents)


def companies_at(moments: Iterable[int]) -> Documents:
    """Companies that changed last at these moments."""
    return Documents(
        [
            shapes.company(COMPANY_IDS.to_id(number), moment - DAY, updated_at=moment)
            for number, moment in enumerate(moments)
        ]
    )


def incremental_workspace(
    now: int, size: int, *, age: int = 2 * DAY, apart: int = 600, parts: int = 1, **others: Any
) -> Seed:
    """
    So many of each incremental stream, and `others`.

    The newest changed `age` seconds ago, each further one `apart` seconds before.
    """
    moments = [now - age - apart * number for number in range(size)]
    return Seed(
        now=now,
        contacts=contacts_at(moments),
        companies=companies_at(moments),
        conversations=conversations_at(moments, parts=parts),
        articles=[shapes.article(str(39 + n), moment) for n, moment in enumerate(moments)],
        **others,
    )


class Waiting:
    """Waits that cost no time: they move the emulator's clock, and are counted."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._advance_to(self._clock.time() + seconds)

    def wait(self, _condition: Condition, seconds: float) -> None:
        self._advance_to(self._clock.time() + seconds)

    def _advance_to(self, moment: float) -> None:
        """Threads that wait at the same time wait together."""
        if self._clock.time() < moment:
            self._clock.set(moment)


class AllAtOnce:
    """As many requests as may be: where answers take no time, latency can't tell how many."""

    def __init__(self, most: int, *_: float) -> None:
        self.value = most

    def work_ends(self) -> None:
        """Nothing is measured."""

    def work_begins(self, latency: float, *, has_waited: bool) -> None:
        """Nothing is measured."""


@contextmanager
def laboratory(seed: str | Seed = "empty", settings: Settings | None = None) -> Iterator[Emulator]:
    """An emulator behind this process's requests; `emulator.waiting` tells what was waited for."""
    emulator = Emulator(seed, settings)
    emulator.clock.freeze()
    waiting = Waiting(emulator.clock)
    emulator.waiting = waiting  # type: ignore[attr-defined]

    def client(*arguments: Any, **options: Any) -> IntercomClient:
        made = IntercomClient(*arguments, **{**options, "sleep": waiting.sleep})
        made.budget = Budget(now, waiting.wait)
        return made

    def now() -> float:
        if is_over:
            message = "A worker that a failed sync left behind asks for more."
            raise RuntimeError(message)
        return emulator.clock.time() - begun

    # As the budget's own clock does, this one counts seconds and knows no date.
    begun, is_over = emulator.clock.time(), False
    with ExitStack() as stack:
        stack.enter_context(patch.object(source_intercom.session, "IntercomClient", client))
        for module in (search, details):
            stack.enter_context(patch.object(module, "Concurrency", AllAtOnce))
        stack.enter_context(quick_sources())
        stack.enter_context(emulator.in_process(BASE_URL))
        try:
            yield emulator
        finally:
            is_over = True


@contextmanager
def quick_sources() -> Iterator[None]:
    """Read the manifest, the CDK's schema of it and the streams' schemas once a process."""
    with (
        patch.object(cdk_source, "get_declarative_component_schema", _component_schema),
        patch.object(YamlDeclarativeSource, "_read_and_parse_yaml_file", _manifest),
        patch.object(JsonFileSchemaLoader, "get_json_schema", _schema),
        patch.object(cdk_source, "validate_manifest", lambda *_: None),
    ):
        yield


@contextmanager
def only(streams: Collection[str]) -> Iterator[None]:
    """A manifest of these streams alone: building the others takes longer than a small sync."""

    def manifest(source: YamlDeclarativeSource, path: str) -> Any:
        found = _manifest(source, path)
        kept = [each for each in found["streams"] if each["$parameters"]["name"] in streams]
        return {**found, "streams": kept}

    with patch.object(YamlDeclarativeSource, "_read_and_parse_yaml_file", manifest):
        yield


_component_schema = cache(cdk_source.get_declarative_component_schema)
_read_manifest = YamlDeclarativeSource._read_and_parse_yaml_file
_read_schema = JsonFileSchemaLoader.get_json_schema
_schemas: dict[str, Any] = {}
_manifests: dict[str, Any] = {}


def _manifest(source: YamlDeclarativeSource, path: str) -> Any:
    if path not in _manifests:
        _manifests[path] = _read_manifest(source, path)
    return deepcopy(_manifests[path])


def _schema(loader: JsonFileSchemaLoader) -> Any:
    path = loader._get_json_filepath()
    if path not in _schemas:
        _schemas[path] = _read_schema(loader)
    return _schemas[path]


@cache
def _normalise(stream: str) -> Callable[[Row], None]:
    return normaliser(schema(stream))


def truth(emulator: Emulator, stream: str) -> dict[Key, Row]:
    """What a table of the stream should hold, by primary key, in the connector's types."""
    rows = (_declared(stream, row) for row in originals(emulator.workspace, stream))
    return {key_of(stream)(row): row for row in rows if row.get("archived") is not True}


def _declared(stream: str, row: Row) -> Row:
    """The fields of Intercom's that a stream has columns for, in their types."""
    columns = schema(stream)["properties"]
    row = deepcopy({name: value for name, value in row.items() if name in columns})
    _normalise(stream)(row)
    return row


def as_emitted(stream: str, row: Row) -> Row:
    """A row of Intercom's in the connector's types."""
    row = deepcopy(row)
    _normalise(stream)(row)
    # The CDK's serializer leaves out what is null.
    return {name: value for name, value in row.items() if value is not None}


def differences(
    table: dict[Key, Row], emulator: Emulator, stream: str
) -> tuple[list[Key], list[Key], list[Key]]:
    """Keys that are missing from a table, those that are stale, and those Intercom has no more."""
    return differing(table, truth(emulator, stream))


def differing(
    table: dict[Key, Row], real: dict[Key, Row]
) -> tuple[list[Key], list[Key], list[Key]]:
    """The same, of what is known to be the truth."""
    missing = [key for key in real if key not in table]
    stale = [key for key in real if key in table and not _says(table[key], real[key])]
    gone = [key for key in table if key not in real and table[key].get("archived") is not True]
    return missing, stale, gone


def _says(row: Row, real: Row) -> bool:
    """Whether a row says what the workspace does, and maybe more, such as when it was read."""
    return all(row.get(name) == value for name, value in real.items())


def repeated(output: Output, stream: str) -> int:
    """How many rows of a sync came more than once."""
    ids = output.ids(stream)
    return len(ids) - len(set(ids))
