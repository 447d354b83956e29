"""Every list in every form of paging, with pages that repeat, tokens that do, and odd ends."""

import math
from collections import Counter
from functools import cache

import pytest

from integration_tests.laboratory import laboratory
from integration_tests.syncing import config_for, sync_in_process
from intercom_emulator.messages import Response
from intercom_emulator.settings import Settings
from source_intercom import SourceIntercom

LISTS = {
    each["name"]: each["retriever"]
    for each in SourceIntercom().resolved_manifest["streams"]
    if each["retriever"]["class_name"].endswith(
        ("ListRetriever", "LogsRetriever", "AttributesRetriever", "ObjectsRetriever")
    )
    and not {"at", "of"} & {*each["retriever"].get("rows", {})}
}
"""The streams whose rows are those of a list, each once."""
ONE_ROW = {"content_import_sources"}

FORMS = {
    "page numbers": lambda n, last: {"pages": {"page": n, "total_pages": last}},
    "page numbers in text": lambda n, last: {"pages": {"page": str(n), "total_pages": str(last)}},
    "page numbers beside the list": lambda n, last: {"page": n, "per_page": 2, "total_pages": last},
    "the next page's number": lambda n, last: {
        "pages": {"next": {"page": n + 1} if n < last else None}
    },
    "a token": lambda n, last: {
        "pages": {"next": {"page": n + 1, "starting_after": f"t{n + 1}"} if n < last else None}
    },
    "an address": lambda n, last: {
        "pages": {
            "next": f"https://elsewhere.example/x?page={n + 1}&per_page=2" if n < last else None
        }
    },
    "a cursor": lambda n, last: {
        "next_cursor": f"c{n + 1}" if n < last else None,
        "has_more": n < last,
    },
}
"""What an answer says of the pages behind it, by its number and that of the last."""

ODDS = ("nothing odd", "overlaps", "repeats once", "repeats for ever", "names itself")


MANY = 1000


class NoMaximum(dict):
    """The emulator's lists come whole, to be cut here."""

    def get(self, _route, _default=None):
        return MANY


class Paged:
    """Cuts an emulator's lists into pages, and spoils the second one."""

    def __init__(self, keys, form, odd):
        self.keys, self.form, self.odd = keys, FORMS[form], odd
        self.asked = Counter()

    def __call__(self, request, proceed):
        given = request.json if request.body else request.query
        asked = {**given}
        for name in ("page", "starting_after", "cursor"):
            given.pop(name, None)
        given["per_page"] = MANY
        number = int(
            str(asked.get("starting_after") or asked.get("cursor") or asked.get("page", 1)).lstrip(
                "tc"
            )
        )
        body = proceed().json
        key = next(each for each in self.keys if isinstance(body.get(each), list))
        rows = body[key]
        size = max(math.ceil(len(rows) / 3), 1)
        last = max(math.ceil(len(rows) / size), 1)
        self.asked[request.path, request.query.get("model"), number] += 1
        is_second, times = number == 2, self.asked[request.path, request.query.get("model"), number]
        first = (number - 1) * size
        if is_second and self.odd == "overlaps":
            first -= 1
        shown = rows[max(first, 0) : number * size]
        if is_second and (
            self.odd == "repeats for ever" or (self.odd == "repeats once" and times == 1)
        ):
            shown = rows[:size]
        told = self.form(1 if is_second and self.odd == "names itself" else number, last)
        for name in ("pages", "page", "per_page", "total_pages"):
            body.pop(name, None)
        return Response.of({**body, **told, "total_count": len(rows), key: shown})


@cache
def whole(stream):
    """The ids of a list as the emulator pages it."""
    with laboratory("tiny"):
        output = sync_in_process(config_for(custom_objects=["Order"]), [stream])
        return sorted(output.ids(stream))


CASES = [
    (stream, form, ODDS[(row + column) % len(ODDS)])
    for row, stream in enumerate(LISTS)
    for column, form in enumerate(FORMS)
    if stream not in ONE_ROW and not (form == "a cursor" and LISTS[stream].get("paged"))
]


@pytest.mark.parametrize(("stream", "form", "odd"), CASES)
def test_a_list_is_read_whole_or_not_complete(stream, form, odd):
    """All rows, each once; where its pages never show them, INCOMPLETE within few requests."""
    config = config_for(custom_objects=["Order"])
    retriever = LISTS[stream]
    paths = {retriever["path"], retriever.get("conversation_path", "/conversations/attributes")}
    with laboratory("tiny", Settings(per_page_maximum=NoMaximum())) as intercom:
        paged = Paged(retriever["record_keys"], form, odd)
        if stream == "custom_object_instances":
            paths = {"/custom_object_instances/Order"}
        intercom.faults.add("*", custom=paged, count=None, when=lambda one: one.path in paths)

        output = sync_in_process(config, [stream])

        if odd in {"repeats for ever", "names itself"}:
            assert output.incomplete == {stream}
            assert output.errors[stream]["failure_type"] == "transient_error"
        else:
            assert output.incomplete == set()
            assert sorted(output.ids(stream)) == whole(stream)
        assert len(intercom.journal) < 60
