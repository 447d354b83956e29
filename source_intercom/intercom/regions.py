"""Which hosts a region's workspaces live on, and the operator's override of them."""

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

BASE_URL_VARIABLE = "INTERCOM_API_BASE_URL"
"""Environment variable by which the connector's operator, never its user, points it elsewhere."""

Region = Literal["US", "EU", "AU"]

API_BASE_URLS: dict[Region, str] = {
    "US": "https://api.intercom.io",
    "EU": "https://api.eu.intercom.io",
    "AU": "https://api.au.intercom.io",
}
"""https://developers.intercom.com/docs/build-an-integration/learn-more/rest-apis"""

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class BaseUrlRefused(ValueError):
    """The operator's base URL would send a token over a line that others can read."""


def api_base_url(region: Region, environment: Mapping[str, str]) -> str:
    """
    The URL that every request of a sync starts with, without a slash at its end.

    Raises `BaseUrlRefused` for an override that is neither https nor a loopback host.
    """
    override = environment.get(BASE_URL_VARIABLE, "").strip()
    if not override:
        return API_BASE_URLS[region]
    parts = urlsplit(override)
    is_loopback = parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    if not parts.hostname or not (parts.scheme == "https" or is_loopback):
        message = (
            f"{BASE_URL_VARIABLE} must be an https URL, or http on a loopback host; "
            f"got {parts.scheme or 'no scheme'}://{parts.hostname or ''}."
        )
        raise BaseUrlRefused(message)
    return override.rstrip("/")
