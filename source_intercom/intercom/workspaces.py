"""
What `GET /me` tells of the workspace that a token opens.

    {"type": "admin", …, "app": {"id_code": "xyz789", "name": "ACME", "region": "EU",
                                 "timezone": "Europe/Dublin", …}}

https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/admins/identifyadmin
"""

from typing import Annotated

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field

from source_intercom.intercom.models import NONE_IF_ODD
from source_intercom.intercom.regions import Region

Text = Annotated[str | None, Field(min_length=1), NONE_IF_ODD]


def _upper(region: object) -> str:
    return str(region).upper()


class Workspace(BaseModel):
    """Id, name, region and time zone, as far as Intercom tells: all of it may be missing."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    id: Text = Field(None, validation_alias=AliasPath("app", "id_code"))
    name: Text = Field(None, validation_alias=AliasPath("app", "name"))
    timezone: Text = Field(None, validation_alias=AliasPath("app", "timezone"))
    region: Annotated[Region | None, BeforeValidator(_upper), NONE_IF_ODD] = Field(
        None, validation_alias=AliasPath("app", "region")
    )

    def is_elsewhere(self, region: Region) -> bool:
        """Whether it is known to live in another region than the config says."""
        return self.region is not None and self.region != region

    def __str__(self) -> str:
        """One line for a log."""
        name = self.name or "a workspace without a name"
        region = f"region {self.region}" if self.region else "unknown region"
        return f"{name} ({region}, time zone {self.timezone or 'unknown'})"
