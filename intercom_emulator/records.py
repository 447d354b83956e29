"""
Collections of records that may number millions, and the two views of them.

A record has an ordinal (its position in the collection, for ever) from which its id follows, so
a million records need no table of ids. The records of a seed come from a `Source`, which
may make them up on demand; whatever changes later lies in an overlay above it.

Two views look at the same records: the truth, and what the search index knows, which lags behind
by `Settings.index_lag` seconds (https://developers.intercom.com/docs/references/rest-api/api.intercom.io/contacts/searchcontacts,
"Contact Creation Delay").
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import orjson

from intercom_emulator.messages import Json

STAMPS = ("updated_at", "created_at")
"""The two fields that every view keeps in order."""

_ORDINAL_BITS = 30
_ORDINAL_MASK = (1 << _ORDINAL_BITS) - 1


def pack(value: int, ordinal: int) -> int:
    """One integer that sorts by value, then ordinal; negative values sort too."""
    return (value << _ORDINAL_BITS) | ordinal


def ordinal_of_key(key: int) -> int:
    """The ordinal inside a packed key."""
    return key & _ORDINAL_MASK


class Source(Protocol):
    """The records a seed begins with."""

    def __len__(self) -> int:
        """How many there are; their ordinals are 0 … len - 1."""

    def stamps(self, field: str) -> Sequence[int]:
        """`updated_at` or `created_at` of each record, by ordinal."""

    def document(self, ordinal: int) -> Json:
        """The whole record, nothing truncated."""

    def body(self, ordinal: int) -> bytes | None:
        """The record as a list shows it, serialised; None where it has to be rendered."""


class Documents:
    """A source of ready-made records."""

    def __init__(self, documents: Sequence[Json]) -> None:
        self._documents = documents

    def __len__(self) -> int:
        return len(self._documents)

    def stamps(self, field: str) -> Sequence[int]:
        """See `Source`."""
        return [document[field] for document in self._documents]

    def document(self, ordinal: int) -> Json:
        """See `Source`."""
        return self._documents[ordinal]

    def body(self, ordinal: int) -> bytes | None:
        """See `Source`."""
        return None


class Ids:
    """How ids follow from ordinals, and back."""

    def __init__(self, to_id: Callable[[int], str], to_ordinal: Callable[[str], int]) -> None:
        self.to_id = to_id
        self._to_ordinal = to_ordinal

    def to_ordinal(self, record_id: str) -> int:
        """The ordinal of an id, -1 for one that can't be ours."""
        try:
            return self._to_ordinal(record_id)
        except ValueError:
            return -1


def decimal_ids(first: int) -> Ids:
    """Ids such as "5017691", counted up from `first`."""
    return Ids(lambda ordinal: str(first + ordinal), lambda text: int(text) - first)


class TwinIds(Ids):
    """
    Ids of records that are records of another collection as well, under the same id.

    `twins` holds the ordinals of the others, `twin` adds the next one.
    """

    def __init__(self, others: Ids, twins: Sequence[int]) -> None:
        super().__init__(self._own_id, self._own_ordinal)
        self._others = others
        self._twins = twins
        self._later: list[int] = []

    def twin(self, other_id: str) -> None:
        """Let the next record be the one that `other_id` names."""
        self._later.append(self._others.to_ordinal(other_id))

    def _own_id(self, ordinal: int) -> str:
        known = len(self._twins)
        other = self._twins[ordinal] if ordinal < known else self._later[ordinal - known]
        return self._others.to_id(other)

    def _own_ordinal(self, text: str) -> int:
        other = self._others.to_ordinal(text)
        if other in self._later:
            return len(self._twins) + self._later.index(other)
        return self._twins.index(other)


_HEX_DIGITS = 16
_SCRAMBLE = 0x9E3779B97F4A7C15
_UNSCRAMBLE = pow(_SCRAMBLE, -1, 1 << 64)
_MASK_64 = (1 << 64) - 1


def object_ids(prefix: str) -> Ids:
    """Ids such as "6762f0d01bb69f9f2193bb7d": 24 hex digits in no particular order."""

    def to_id(ordinal: int) -> str:
        return f"{prefix}{((ordinal + 1) * _SCRAMBLE) & _MASK_64:016x}"

    def to_ordinal(text: str) -> int:
        if not text.startswith(prefix) or len(text) != len(prefix) + _HEX_DIGITS:
            return -1
        return ((int(text[len(prefix) :], 16) * _UNSCRAMBLE) & _MASK_64) - 1

    return Ids(to_id, to_ordinal)


class View:
    """One state of a collection: its records and their order by time."""

    def __init__(self, source: Source, render: Callable[[Json], bytes]) -> None:
        self._source = source
        self._render = render
        self._changed: dict[int, Json | None] = {}
        self._bodies: dict[int, bytes] = {}
        self._orders: dict[str, array[int]] = {}
        self._base_stamps: dict[str, Sequence[int]] = {}
        self.size = len(source)
        self.generation = 0

    def document(self, ordinal: int) -> Json | None:
        """The record, or None when there is none (any more)."""
        if ordinal in self._changed:
            return self._changed[ordinal]
        if 0 <= ordinal < len(self._source):
            return self._source.document(ordinal)
        return None

    def body(self, ordinal: int) -> bytes:
        """The record as a list shows it, serialised. It must exist."""
        body = self._bodies.get(ordinal)
        if body is None:
            if ordinal not in self._changed:
                body = self._source.body(ordinal)
                if body is not None:
                    return body
            document = self.document(ordinal)
            if document is None:
                raise KeyError(ordinal)
            body = self._bodies[ordinal] = self._render(document)
        return body

    def exists(self, ordinal: int) -> bool:
        """Whether the record is there."""
        if ordinal in self._changed:
            return self._changed[ordinal] is not None
        return 0 <= ordinal < len(self._source)

    def stamp(self, field: str, ordinal: int) -> int:
        """`updated_at` or `created_at` of an existing record."""
        changed = self._changed.get(ordinal)
        if changed is not None:
            stamp: int = changed[field]
            return stamp
        return self._base(field)[ordinal]

    def ordinals(self) -> Iterator[int]:
        """The existing records in order of creation."""
        top = max(len(self._source), max(self._changed, default=-1) + 1)
        return (ordinal for ordinal in range(top) if self.exists(ordinal))

    def order(self, field: str) -> array[int]:
        """Packed keys of all records, sorted by `field`."""
        order = self._orders.get(field)
        if order is None:
            stamps = self._base(field) if not self._changed else None
            if stamps is not None:
                keys = sorted(pack(value, one) for one, value in enumerate(stamps))
            else:
                keys = sorted(pack(self.stamp(field, one), one) for one in self.ordinals())
            order = self._orders[field] = array("q", keys)
        return order

    def apply(self, ordinal: int, document: Json | None) -> None:
        """Make `document` the record's state; None removes it."""
        for field, order in self._orders.items():
            if self.exists(ordinal):
                del order[bisect_left(order, pack(self.stamp(field, ordinal), ordinal))]
            if document is not None:
                insort(order, pack(document[field], ordinal))
        self.size += (document is not None) - self.exists(ordinal)
        self._changed[ordinal] = document
        self._bodies.pop(ordinal, None)
        self.generation += 1

    def _base(self, field: str) -> Sequence[int]:
        stamps = self._base_stamps.get(field)
        if stamps is None:
            stamps = self._base_stamps[field] = self._source.stamps(field)
        return stamps


class Collection:
    """Contacts, companies, conversations or tickets: the truth, and the search index of it."""

    def __init__(self, name: str, ids: Ids, source: Source, render: Callable[[Json], Json]) -> None:
        self.name = name
        self.ids = ids
        self.render = render

        def serialise(document: Json) -> bytes:
            return orjson.dumps(render(document))

        self.truth = View(source, serialise)
        self.index = View(source, serialise)
        self._next_ordinal = len(source)
        self._due: list[tuple[float, int, int, Json | None]] = []
        self._writes = 0
        self._indexed_write: dict[int, int] = {}

    def next_id(self) -> str:
        """The id of the record that `add` will make next."""
        return self.ids.to_id(self._next_ordinal)

    def add(self, document: Json, visible_at: float) -> None:
        """Append a record whose id is `next_id()`; search finds it from `visible_at` on."""
        self._next_ordinal += 1
        self.replace(document["id"], document, visible_at)

    def replace(self, record_id: str, document: Json | None, visible_at: float) -> None:
        """Change a record, or delete it with None; search learns of it at `visible_at`."""
        ordinal = self.ids.to_ordinal(record_id)
        self.truth.apply(ordinal, document)
        self._writes += 1
        heapq.heappush(self._due, (visible_at, self._writes, ordinal, document))

    def get(self, record_id: str) -> Json | None:
        """The whole record, nothing truncated. Treat it as frozen."""
        return self.truth.document(self.ids.to_ordinal(record_id))

    def objects(self) -> Iterator[Json]:
        """Every record as the API shows it in a list."""
        for ordinal in self.truth.ordinals():
            yield orjson.loads(self.truth.body(ordinal))

    def catch_up(self, now: float) -> None:
        """Let the search index learn what is due."""
        while self._due and self._due[0][0] <= now:
            _, write, ordinal, document = heapq.heappop(self._due)
            if write > self._indexed_write.get(ordinal, 0):
                self._indexed_write[ordinal] = write
                self.index.apply(ordinal, document)

    def __len__(self) -> int:
        return self.truth.size

    def __contains__(self, record_id: str) -> bool:
        return self.truth.exists(self.ids.to_ordinal(record_id))


class Table:
    """
    A list of objects by id: admins, tags, articles; or what hangs on other objects.

    Where objects have a parent (`parent` is the path of its id within them), `made_up` may make
    up those of a parent that nobody has touched, and `parents` tells all parents.
    """

    def __init__(
        self,
        objects: Sequence[Json],
        key: str = "id",
        parent: str = "",
        made_up: Callable[[str], list[Json]] | None = None,
        parents: Callable[[], Iterator[str]] = lambda: iter(()),
    ) -> None:
        self._key = key
        self._parent = parent
        self._made_up = made_up
        self._parents = parents
        self._objects: dict[Any, Json] = {}
        self._children: dict[str, dict[Any, Json]] = {}
        for one in objects:
            self._lay(one)

    def get(self, object_id: Any) -> Json | None:
        """The object, or None; one that is only made up isn't found by its id."""
        return self._objects.get(object_id)

    def of(self, parent_id: str) -> list[Json]:
        """The objects of one parent."""
        if self._made_up is not None and parent_id not in self._children:
            return self._made_up(parent_id)
        return list(self._children.get(parent_id, {}).values())

    def parent_of(self, one: Json) -> str:
        """The id of what an object hangs on."""
        found: Any = one
        for step in self._parent.split("."):
            found = (found or {}).get(step)
        return str(found)

    def put(self, one: Json) -> None:
        """Add it, or take the place of the one with its id."""
        if self._parent and self._made_up is not None:
            parent_id = self.parent_of(one)
            if parent_id not in self._children:
                for other in self._made_up(parent_id):
                    self._lay(other)
        self._lay(one)

    def remove(self, object_id: Any) -> Json:
        """Take it out."""
        one = self._objects.pop(object_id)
        if self._parent:
            del self._children[self.parent_of(one)][object_id]
        return one

    def objects(self) -> Iterator[Json]:
        """Every object."""
        if self._made_up is None:
            return iter(list(self._objects.values()))
        return (one for parent_id in self._parents() for one in self.of(parent_id))

    def _lay(self, one: Json) -> None:
        self._objects[one[self._key]] = one
        if self._parent:
            self._children.setdefault(self.parent_of(one), {})[one[self._key]] = one

    def __len__(self) -> int:
        return len(self._objects) if self._made_up is None else sum(1 for _ in self.objects())

    def __contains__(self, object_id: Any) -> bool:
        return object_id in self._objects
