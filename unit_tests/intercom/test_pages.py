import json

import pytest

from source_intercom.intercom.pages import MalformedAnswer, parse_page


def page(pages, *, extra=""):
    return parse_page(f'{{"data":[{{"id":1}}],"pages":{pages}{extra}}}'.encode(), ["data"])


@pytest.mark.parametrize(
    ("pages", "following"),
    [
        ('{"next":{"page":2,"starting_after":"abc"}}', {"starting_after": "abc"}),
        ('{"next":{"page":2}}', {"page": "2"}),
        (
            '{"next":"https://elsewhere.example/articles?page=3&per_page=5"}',
            {"page": "3", "per_page": "5"},
        ),
        (
            '{"next":"https://api.intercom.io/contacts?starting_after=a%3D%3D"}',
            {"starting_after": "a=="},
        ),
        ('{"next":null,"page":1,"total_pages":2}', {"page": "2"}),
        ('{"page":2,"total_pages":2}', None),
        ('{"next":null}', None),
        ("null", None),
    ],
)
def test_t46_every_form_of_the_next_page_is_followed(pages, following):
    """T46: of an absolute URL only the query is taken, so that the token stays on its host."""
    assert page(pages).following == following


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>502 Bad Gateway</body></html>",
        b'{"data":[{"id":"1"},',
        b"[]",
        b"null",
        b'{"data":null}',
        b'{"data":["1"]}',
        b'{"items":[]}',
        b'{"type":"error.list","errors":[{"code":"server_error"}],"data":[]}',
    ],
)
def test_t34_what_is_no_page_is_refused(body):
    """T34: HTML, half a JSON, another envelope: never an empty page."""
    with pytest.raises(MalformedAnswer):
        parse_page(body, ["data"])


def test_a_search_without_its_pages_object_is_refused():
    """The last page of a search has a pages object as well; without it the answer is cut short."""
    with pytest.raises(MalformedAnswer):
        parse_page(b'{"data":[]}', ["data"], paged=True)


@pytest.mark.parametrize("count", ["160", '"160"', "160.0"])
def test_a_count_may_be_written_as_text_or_with_a_point(count):
    """It counts all the same."""
    found = page(f'{{"page":{count},"total_pages":161.0}}', extra=f',"total_count":{count}')

    assert (found.total_count, found.total_pages) == (160, 161)
    assert found.following == {"page": "161"}


@pytest.mark.parametrize("count", ["null", '"many"', "1.5", "true", "[160]"])
def test_what_is_no_count_counts_nothing(count):
    assert page("{}", extra=f',"total_count":{count}').total_count is None


@pytest.mark.parametrize(
    ("more", "following"),
    [("true", {"cursor": "MTU="}), ("null", {"cursor": "MTU="}), ("false", None)],
)
def test_a_list_with_a_cursor_needs_no_pages_object(more, following):
    """On its second page as on its first: has_more says whether it is the last, where it does."""
    body = f'{{"data":[],"next_cursor":"MTU=","has_more":{more}}}'

    assert parse_page(body.encode(), ["data"], paged=True).following == following


@pytest.mark.parametrize("cursor", ["", ',"next_cursor":null', ',"next_cursor":""'])
def test_more_without_a_cursor_is_no_end(cursor):
    """There is nothing to ask for it with, so the answer is none."""
    with pytest.raises(MalformedAnswer, match="there is more"):
        parse_page(f'{{"data":[{{"id":1}}],"has_more":true{cursor}}}'.encode(), ["data"])


def test_the_first_known_envelope_is_taken():
    """Descriptions disagree about the companies of a contact: data or companies."""
    assert parse_page(b'{"companies":[{"id":"1"}]}', ["data", "companies"]).rows == [{"id": "1"}]


def test_an_envelope_that_holds_no_list_is_not_the_one():
    """`admin: null` beside the list says nothing of it."""
    body = b'{"admin":null,"companies":{},"data":[{"id":"1"}]}'

    assert parse_page(body, ["admin", "companies", "data"]).rows == [{"id": "1"}]


def test_a_next_page_that_is_no_url_makes_the_answer_none():
    body = {"data": [], "pages": {"next": "http://[bad?page=2"}}
    with pytest.raises(MalformedAnswer, match="no URL"):
        parse_page(json.dumps(body).encode(), ["data"])


@pytest.mark.parametrize("value", [b'"\xc3"', b'"\xed\xa0\x80"', b"NaN", b'"\x01"', b'"\\ud83d"'])
def test_what_is_almost_json_is_left_to_the_client(value):
    """It is told there that a body had to be mended, so nobody may do it in silence."""
    with pytest.raises(MalformedAnswer, match="not JSON"):
        parse_page(b'{"data":[{"id":"1","a":%b}]}' % value, ["data"])


def test_rows_keep_the_digits_of_their_numbers():
    """Also of those that no double holds."""
    found = parse_page(b'{"data":[{"a":18446744073709551616,"b":12345678901234567.891}]}', ["data"])

    assert [str(value) for value in found.rows[0].values()] == [
        "18446744073709551616",
        "12345678901234567.891",
    ]
