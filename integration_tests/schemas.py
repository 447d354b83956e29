"""The streams' schemas as the CDK loads them: what they share stands in its places."""

from functools import cache
from typing import Any

from airbyte_cdk.sources.declarative.schema import JsonFileSchemaLoader

from source_intercom.source import MANIFEST

SCHEMAS = MANIFEST.parent / "schemas"
SHARED = SCHEMAS / "shared"


@cache
def schema(stream: str) -> dict[str, Any]:
    """A stream's schema, whole; not to be changed."""
    path = f"./source_intercom/schemas/{stream}.json"

    return dict(JsonFileSchemaLoader(config={}, parameters={}, file_path=path).get_json_schema())
