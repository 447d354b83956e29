"""
The catalog's columns for custom attributes.

Python, because the CDK's DynamicSchemaLoader asks at every read and ends the sync where it can't.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from airbyte_cdk.models import AirbyteCatalog, AirbyteStream

from source_intercom.api.custom_attributes import columns
from source_intercom.client import IntercomError
from source_intercom.sync import Sync

logger = logging.getLogger("airbyte")


def add_custom_attributes(catalog: AirbyteCatalog, sync: Sync) -> None:
    """
    Give streams whose objects have custom attributes a column for each, where the token may ask.

    Raises `IntercomError` if Intercom can't be reached: a catalog that lacks columns for no better
    reason than that would make the platform drop them.
    """
    with ThreadPoolExecutor() as pool:
        asked = {
            stream.name: pool.submit(sync.retrievers[stream.name].custom_attributes)
            for stream in catalog.streams
            if sync.retrievers[stream.name].attributes_path
        }
    for stream in catalog.streams:
        if stream.name not in asked:
            continue
        try:
            _extend(stream, asked[stream.name].result())
        except IntercomError as error:
            if error.may_pass:
                raise
            logger.warning(
                "%s: no columns for custom attributes, because they can't be listed. %s",
                stream.name,
                error.message,
            )


def _extend(stream: AirbyteStream, attributes: list[dict[str, Any]]) -> None:
    own = stream.json_schema["properties"]
    added = columns(attributes, own)
    stream.json_schema = {**stream.json_schema, "properties": {**own, **added}}
    logger.info("%s: %d columns for custom attributes.", stream.name, len(added))
