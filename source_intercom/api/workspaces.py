"""
What `GET /me` tells of the workspace that a token opens.

    {"type": "admin", …, "app": {"name": "ACME", "region": "EU", "timezone": "Europe/Dublin", …}}

https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/admins/identifyadmin
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from source_intercom.api.regions import API_BASE_URLS


@dataclass(frozen=True)
class Workspace:
    """Name, region and time zone, as far as Intercom tells."""

    name: str
    region: str | None
    timezone: str | None

    @classmethod
    def from_me(cls, body: Mapping[str, Any]) -> Self:
        """That of an answer to `GET /me`, which may lack its `app`."""
        app = body.get("app")
        app = app if isinstance(app, Mapping) else {}
        region = str(app.get("region") or "").upper()
        return cls(
            name=str(app.get("name") or "a workspace without a name"),
            region=region if region in API_BASE_URLS else None,
            timezone=app.get("timezone"),
        )

    def is_elsewhere(self, region: str) -> bool:
        """Whether it is known to live in another region than the config says."""
        return self.region is not None and self.region != region

    def __str__(self) -> str:
        """One line for a log."""
        region = f"region {self.region}" if self.region else "unknown region"
        return f"{self.name} ({region}, time zone {self.timezone or 'unknown'})"
