"""
The catalog's columns for custom attributes.

Python, because the CDK's DynamicSchemaLoader asks at every read and ends the sync where it can't.
"""

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from airbyte_cdk.models import AirbyteCatalog, AirbyteStream

from source_intercom.http.client import IntercomError
from source_intercom.intercom.pages import Row
from source_intercom.session import Session
from source_intercom.tables.custom_attributes import columns
from source_intercom.tables.retrievers import TableRetriever

logger = logging.getLogger("airbyte")


def add_custom_attributes(
    catalog: AirbyteCatalog, retrievers: Mapping[str, TableRetriever], session: Session
) -> None:
    """
    Give streams whose objects have custom attributes a column for each, where the token may ask.

    Raises `IntercomError` if Intercom can't be reached: a catalog that lacks columns for no better
    reason than that would make the platform drop them.
    """
    having = [each for each in catalog.streams if retrievers[each.name].attributes]
    with ThreadPoolExecutor() as pool:
        asked = [
            (stream, pool.submit(retrievers[stream.name].custom_attributes, session))
            for stream in having
        ]
    for stream, attributes in asked:
        try:
            _extend(stream, attributes.result())
        except IntercomError as error:
            if error.may_pass:
                raise
            logger.warning(
                "%s: no columns for custom attributes, because they can't be listed. %s",
                stream.name,
                error.sentence,
            )


def _extend(stream: AirbyteStream, attributes: list[Row]) -> None:
    own = stream.json_schema["properties"]
    added = columns(attributes, own)
    stream.json_schema = {**stream.json_schema, "properties": {**own, **added}}
    logger.info("%s: %d columns for custom attributes.", stream.name, len(added))
