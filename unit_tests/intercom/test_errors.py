import orjson
import pytest

from source_intercom.http.client import IntercomError
from source_intercom.intercom.errors import MEANINGS, Remedy, Trouble, read_refusal


def body(code):
    return b'{"type":"error.list","request_id":"r1","errors":[{"code":"%s","message":"m"}]}' % (
        code.encode()
    )


@pytest.mark.parametrize(
    ("status", "content", "remedy", "says"),
    [
        (401, body("token_revoked"), Remedy.CONFIGURE, "re-authenticate"),
        (401, body("unauthorized"), Remedy.CONFIGURE, '"Read tags"'),
        (402, b"", Remedy.CONFIGURE, "plan"),
        (403, body("api_plan_restricted"), Remedy.CONFIGURE, "plan"),
        (403, body("forbidden"), Remedy.CONFIGURE, '"Read tags"'),
        (403, b"<html>ELB</html>", Remedy.CONFIGURE, '"Read tags"'),
        (404, b"<html>nginx</html>", Remedy.WAIT, "not in Intercom's own words"),
        (400, b"<html>nginx</html>", Remedy.WAIT, "whether a proxy answers"),
        (422, body("parameter_invalid"), Remedy.REPORT, "parameter_invalid"),
        (429, body("rate_limit_exceeded"), Remedy.WAIT, "rate limit"),
        (408, b"", Remedy.WAIT, "later"),
        (500, body("server_error"), Remedy.WAIT, "later"),
        (504, b"", Remedy.WAIT, "later"),
        (302, b"", Remedy.CONFIGURE, "region"),
    ],
)
def test_each_refusal_says_what_to_do(status, content, remedy, says):
    """Status and code decide who can help and what the sentence asks of them."""
    refusal = read_refusal(status, content, "Read tags")

    assert refusal.remedy is remedy
    assert says in refusal.sentence


def test_an_error_list_of_any_shape_is_survived():
    """Bodies that only look like an error.list don't break the message."""
    for content in (b"[]", b'{"errors":null}', b'{"errors":[]}', b'{"errors":[1]}', b'"x"'):
        assert read_refusal(500, content).code is None


@pytest.mark.parametrize("code", [["a"], {"a": 1}, 7])
def test_a_code_that_is_no_text_is_none(code):
    """An odd error list still has the meaning of its status."""
    body = orjson.dumps({"type": "error.list", "errors": [{"code": code}]})

    assert (read_refusal(500, body).code, read_refusal(500, body).is_retriable) == (None, True)


@pytest.mark.parametrize(
    "sentence", [*(each.sentence for each in MEANINGS), *(each.value for each in Trouble)]
)
def test_a_sentence_is_a_fact_and_its_remedy(sentence):
    """So that another one can hold the fact, and a status can stand before its period."""
    fact = IntercomError(sentence, Remedy.WAIT).fact

    assert sentence.startswith(f"{fact}: ")
    assert sentence.endswith(".")
    assert "." not in fact


def test_a_sentence_ends_behind_its_status():
    """And has one period."""
    assert read_refusal(503, b"").sentence == (
        "Intercom's servers keep failing: run the sync again later (HTTP 503)."
    )
