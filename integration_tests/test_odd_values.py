"""Any value of any answer may be odd: it is null, or its row or object is named, and no more."""

import random

import pytest

from integration_tests.laboratory import changed, laboratory
from integration_tests.syncing import catalog, config_for, sync_in_process
from intercom_emulator.messages import Response

STREAMS = [each["name"] for each in catalog()["streams"]]
ODD = [None, [], {}, "x", "", 5, True, [None], {"id": None}, [[1]], 2**63, 1.5, [{"id": {}}]]


def places(node):
    """Every value in an answer, by what holds it and where."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in pairs:
        yield node, key
        if isinstance(value, dict | list):
            yield from places(value)


def spoiling(seed):
    """A fault that puts odd values into half of the answers, the same at each question."""

    def spoil(request, proceed):
        answer = proceed()
        chance = random.Random(f"{seed}{request.method}{request.path}{sorted(request.query)}")
        if answer.status != 200 or request.path == "/me" or chance.random() < 0.5:
            return answer
        body = answer.json
        found = list(places(body))
        for holder, key in chance.choices(found, k=chance.choice([1, 2, 4])):
            holder[key] = chance.choice(ODD)
        return Response.of(body)

    return spoil


@pytest.mark.parametrize("seed", range(6))
def test_no_odd_value_is_an_error_of_ours(seed):
    """Streams that can't be whole end INCOMPLETE with a sentence, and no row has a null key."""
    with laboratory("tiny") as intercom:
        intercom.faults.add("*", custom=spoiling(seed), count=None)

        output = sync_in_process(config_for(custom_objects=["Order"]), STREAMS)

    assert output.statuses.keys() == {*STREAMS}
    assert [each for each in output.errors.values() if "unexpected" in each["message"]] == []
    for stream in STREAMS:
        for key in output.ids(stream):
            assert None not in (key if isinstance(key, tuple) else (key,)), stream


@pytest.mark.parametrize("statistics", [[None], [], "x", 5, True])
def test_an_object_that_is_none_is_no_row(statistics, caplog):
    """The statistics of one article are something else: it is named, and the others' come."""
    with laboratory("tiny") as intercom:
        spoil = changed(lambda body: body.update(statistics=statistics))
        intercom.faults.add("GET /articles/39", custom=spoil, count=None)

        output = sync_in_process(config_for(), ["article_statistics"])

    assert output.incomplete == set()
    assert sorted(output.ids("article_statistics")) == ["40", "41", "42"]
    assert "the rows of article 39 can't be read (an unreadable answer)" in caplog.text
