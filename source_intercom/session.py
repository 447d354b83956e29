"""What one run of the connector shares: the settings, the client, the workers, T0."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

from airbyte_cdk.config_observation import emit_configuration_as_airbyte_control_message
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets

from source_intercom.failures import Failure
from source_intercom.http.client import IntercomClient, IntercomError
from source_intercom.intercom.errors import Remedy
from source_intercom.intercom.grants import Grant
from source_intercom.intercom.pages import parse_object
from source_intercom.intercom.regions import BaseUrlRefused, api_base_url
from source_intercom.intercom.timestamps import epoch_seconds
from source_intercom.intercom.workspaces import Workspace
from source_intercom.reading.window import DAY
from source_intercom.settings import Settings, WrongConfig, read_settings


def settings_of(config: Mapping[str, Any]) -> Settings:
    """The settings that a config holds. Raises a `config_error` that quotes none of its values."""
    try:
        return read_settings(config)
    except WrongConfig as error:
        raise Failure(str(error), Remedy.CONFIGURE) from None


@dataclass(frozen=True)
class Job:
    """What a sync is told by the platform, by stream name; nothing of it in other verbs."""

    states: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The saved states to go on from."""
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The schemas of the configured catalog."""
    whole: frozenset[str] = frozenset()
    """The streams whose tables are written anew."""


class Session:
    """One run over one workspace."""

    def __init__(self, config: Mapping[str, Any], job: Job | None = None) -> None:
        self.config = config
        """As it was handed in, to be handed back with a renewed token."""
        self.settings = settings_of(config)
        self.job = job or Job()
        self._client: IntercomClient | None = None
        self._client_lock = Lock()
        self._me: dict[str, Any] | IntercomError | None = None
        self._first_question = Lock()

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
            raise Failure(str(error), Remedy.CONFIGURE) from None
        return IntercomClient(
            base_url,
            Grant.from_config(self.settings.credentials),
            most=self.settings.num_workers,
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

    def me(self) -> Mapping[str, Any]:
        """
        What `GET /me` tells, which is asked once; nothing where the token may not.

        Raises `IntercomError` where Intercom gives no answer at all.
        """
        with self._first_question:
            if self._me is None:
                try:
                    self._me = self.client.send("GET", "/me", parse=parse_object)
                except IntercomError as error:
                    is_answered = not error.may_pass and self.client.clock.first is not None
                    self._me = {} if is_answered else error
            if isinstance(self._me, IntercomError):  # all streams wait here for the one answer
                raise self._me
            return self._me

    @property
    def workspace_id(self) -> str | None:
        """The id of the workspace, where the token may know it."""
        return Workspace.model_validate(self.me()).id

    def started_at(self) -> int:
        """T0: Intercom's clock at this run's first answer, in Unix seconds."""
        self.me()
        if self.client.clock.first is None:
            raise Failure(
                "Intercom's answers carry no Date header, so no sync can say how far it came: "
                "please report it.",
                Remedy.REPORT,
            )
        return self.client.clock.first  # guard: clock of T0
