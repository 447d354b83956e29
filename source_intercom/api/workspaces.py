"""
What `GET /me` tells of the workspace that a token opens.

    {"type": "admin", …, "app": {"id_code": "xyz789", "name": "ACME", "region": "EU",
                                 "timezone": "Europe/Dublin", …}}

https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/admins/identifyadmin
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from source_intercom.api.regions import API_BASE_URLS


@dataclass(frozen=True)
class Workspace:
    """Id, name, region and time zone, as far as Intercom tells."""

    id: str | None
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
            id=str(app["id_code"]) if app.get("id_code") else None,
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
