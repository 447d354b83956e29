"""What one run of the connector shares: the config, the client, the workers, T0."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from threading import Lock
from types import MappingProxyType
from typing import Any

from airbyte_cdk.config_observation import emit_configuration_as_airbyte_control_message
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from source_intercom.api.config import Settings, WrongConfig, read_settings
from source_intercom.api.grants import Grant
from source_intercom.api.regions import BaseUrlRefused, api_base_url
from source_intercom.api.slices import DAY
from source_intercom.api.timestamps import epoch_seconds
from source_intercom.client import IntercomClient
from source_intercom.failures import config_error


def settings_of(config: Mapping[str, Any]) -> Settings:
    """The settings that a config holds. Raises a `config_error` that quotes none of its values."""
    try:
        return read_settings(config)
    except WrongConfig as error:
        raise config_error(str(error)) from None


class Sync:
    """
    One run over one workspace.

    Components find theirs by `Sync.current()` while the CDK builds them from the manifest, which
    offers custom components the config and nothing else to share.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        states: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
        schemas: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
        whole: frozenset[str] = frozenset(),
    ) -> None:
        self.config = config
        """As it was handed in, to be handed back with a renewed token."""
        self.settings = settings_of(config)
        self.states = states
        """The saved states to go on from, by stream name."""
        self.whole = whole
        """The names of streams whose tables are written anew."""
        self.schemas = schemas
        """The schemas of the configured catalog, by stream name; none unless it is a read."""
        self.retrievers: dict[str, Any] = {}
        """The retrievers of this run, by stream name."""
        self._client: IntercomClient | None = None
        self._client_lock = Lock()

    @property
    def client(self) -> IntercomClient:
        """The one client of this run's region and token."""
        with self._client_lock:
            if self._client is None:
                self._client = self._make_client()
            return self._client

    def _make_client(self) -> IntercomClient:
        try:
            base_url = api_base_url(self.settings.region, os.environ)
        except BaseUrlRefused as error:
            raise config_error(str(error)) from None
        return IntercomClient(
            base_url,
            Grant.from_config(self.settings.credentials),
            connections=self.settings.num_workers + 16,
            save=self._save,
        )

    def _save(self, grant: Grant) -> None:
        """Hand a renewed grant to the platform at once: a rotated refresh token works only once."""
        for secret in grant.secrets:
            add_to_secrets(secret)
        self.config = grant.into_config(self.config)
        emit_configuration_as_airbyte_control_message(dict(self.config))

    @cached_property
    def workers(self) -> ThreadPoolExecutor:
        """Threads that wait for Intercom's answers, shared by all streams."""
        return ThreadPoolExecutor(self.settings.num_workers, thread_name_prefix="intercom")

    @property
    def start_date(self) -> int:
        """The first second that incremental streams read; the epoch for all history."""
        return epoch_seconds(self.settings.start_date) or 0

    @property
    def lookback(self) -> int:
        """Seconds that the user wants read again on top of the safety margin."""
        return self.settings.lookback_window * DAY

    @contextmanager
    def building(self) -> Iterator[None]:
        """While it is entered, components that are built belong to this run."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    @staticmethod
    def current() -> "Sync":
        """The run that components are being built for."""
        return _current.get()


_current: ContextVar[Sync] = ContextVar("sync")
