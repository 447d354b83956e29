import pytest

from source_intercom.intercom.regions import BASE_URL_VARIABLE, BaseUrlRefused, api_base_url


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("US", "https://api.intercom.io"),
        ("EU", "https://api.eu.intercom.io"),
        ("AU", "https://api.au.intercom.io"),
    ],
)
def test_each_region_has_its_host(region, host):
    """The token of a region goes to that region's host."""
    assert api_base_url(region, {}) == host


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8420/", "http://localhost:1", "https://x.example"]
)
def test_the_operator_may_point_elsewhere(url):
    """An environment variable of the operator's replaces the host."""
    assert api_base_url("EU", {BASE_URL_VARIABLE: url}) == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://api.intercom.io", "ftp://localhost", "intercom", "http://"]
)
def test_a_line_that_others_can_read_is_refused(url):
    """Plain http is for loopback alone: elsewhere the token would travel in the clear."""
    with pytest.raises(BaseUrlRefused, match="https"):
        api_base_url("US", {BASE_URL_VARIABLE: url})
