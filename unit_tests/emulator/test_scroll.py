"""The companies scroll: one at a time, a minute of patience, and its two possible ends."""

import pytest


@pytest.fixture
def scroll(start):
    """A workspace of 16 companies, ten a page."""
    return start(scroll_page_size=10)


def test_a_scroll_reads_every_company_once(scroll):
    """The parameter stays the same; an empty page is the end, after which it is gone."""
    first = scroll.get("/companies/scroll").json()
    parameter = first["scroll_param"]
    pages = [first] + [
        scroll.get("/companies/scroll", scroll_param=parameter).json() for _ in range(2)
    ]

    assert [10, 6, 0] == [len(page["data"]) for page in pages]
    assert {parameter} == {page["scroll_param"] for page in pages}
    assert [None, None] == [first["pages"], first["total_count"]]
    gone = scroll.get("/companies/scroll", scroll_param=parameter)
    assert (404, "not_found") == scroll.refusal(gone)
    assert "scroll parameter not found" == gone.json()["errors"][0]["message"]


def test_one_scroll_at_a_time(scroll):
    """A second start is refused until the first has ended."""
    parameter = scroll.get("/companies/scroll").json()["scroll_param"]
    refused = scroll.get("/companies/scroll")
    assert (400, "scroll_exists") == scroll.refusal(refused)

    for _ in range(2):
        scroll.get("/companies/scroll", scroll_param=parameter)
    assert 200 == scroll.get("/companies/scroll").status_code


def test_a_minute_of_idleness_ends_it(scroll):
    """Each page renews the minute; beyond it the scroll is gone and a new one may start."""
    clock = scroll.emulator.clock
    parameter = scroll.get("/companies/scroll").json()["scroll_param"]
    clock.advance(60)
    assert 200 == scroll.get("/companies/scroll", scroll_param=parameter).status_code
    clock.advance(61)
    assert not scroll.emulator.scroll_is_open
    assert 404 == scroll.get("/companies/scroll", scroll_param=parameter).status_code
    assert 200 == scroll.get("/companies/scroll").status_code


def test_it_may_end_with_404(start):
    """Some saw the scroll end with 404 right after the last page."""
    client = start(scroll_page_size=10, scroll_end="not_found")
    parameter = client.get("/companies/scroll").json()["scroll_param"]
    assert 6 == len(client.get("/companies/scroll", scroll_param=parameter).json()["data"])

    assert 404 == client.get("/companies/scroll", scroll_param=parameter).status_code
    assert 200 == client.get("/companies/scroll").status_code


def test_a_made_up_parameter(scroll):
    """Nobody's parameter is 404."""
    assert 404 == scroll.get("/companies/scroll", scroll_param="x").status_code


def test_companies_that_vanish_meanwhile(scroll):
    """A company deleted before its page comes is left out, and pages stay full."""
    workspace = scroll.emulator.workspace
    parameter = scroll.get("/companies/scroll").json()["scroll_param"]
    workspace.delete_company(workspace.companies.ids.to_id(12))

    page = scroll.get("/companies/scroll", scroll_param=parameter).json()["data"]

    assert 5 == len(page)


def test_an_answer_lost_on_the_way_moves_the_scroll_on(scroll):
    """After a processed failure the same parameter gives the page after the lost one."""
    scroll.emulator.faults.add("GET /companies/scroll", status=500, after=1, processed=True)
    parameter = scroll.get("/companies/scroll").json()["scroll_param"]

    assert 500 == scroll.get("/companies/scroll", scroll_param=parameter).status_code
    assert [] == scroll.get("/companies/scroll", scroll_param=parameter).json()["data"]


def test_a_workspace_without_companies(start):
    """The first page is empty already."""
    assert [] == start("empty").get("/companies/scroll").json()["data"]
