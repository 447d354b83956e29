"""
The process's verbs, with messages about a wrong config that quote nothing of it.

Python, because the CDK hands on jsonschema's messages, and its filter of secrets knows only those
that stand where they should.
"""

from collections.abc import Mapping
from typing import Any

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.models import ConnectorSpecification, FailureType
from airbyte_cdk.sources.utils.schema_helpers import split_config
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_intercom.api.config import problems


class IntercomEntrypoint(AirbyteEntrypoint):
    """The CDK's, but for how it validates a config."""

    @staticmethod
    def validate_connection(source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:
        """Raise a `config_error` that names each field which is wrong."""
        settings, _ = split_config(config)
        found = problems(settings, source_spec.connectionSpecification)
        if found:
            message = f"The config can't be used: {'; '.join(found)}."
            raise AirbyteTracedException(
                message=message,
                internal_message=message,
                failure_type=FailureType.config_error,
            )
