"""
The check of a connection: what the token opens, and which streams it may read.

Python, because the CDK's CheckStream ends at the first stream that can't be read, and a token that
lacks one permission is still a good token.
"""

import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from airbyte_cdk.models import AirbyteConnectionStatus, Status

from source_intercom.api.config import unknown_fields
from source_intercom.api.pages import parse_object
from source_intercom.api.workspaces import Workspace
from source_intercom.client import IntercomClient, IntercomError
from source_intercom.sync import Sync

REQUESTS_AT_ONCE = 16
TRIES = 3
SECONDS = 45
"""Until a check has its answer or gives up; ten more may go by in a window of the rate limit."""

logger = logging.getLogger("airbyte")

Answer = dict[str, Any] | IntercomError


def check_connection(sync: Sync) -> AirbyteConnectionStatus:
    """
    SUCCEEDED with any token that Intercom accepts, with a line on each stream in the log.

    FAILED with one sentence that says what to do. The streams are asked for side by side, and none
    opens the companies scroll, which belongs to a sync.
    """
    for name in unknown_fields(sync.config):
        logger.warning("The config has a field that the connector does not know: %s.", name)
    sync.client.end_within(SECONDS)
    me = _ask(sync.client, "/me", None)
    failure = _failure_of_workspace(sync, me)
    if failure is None:
        refusals = _refusals(sync)
        failure = _failure_of_all(me, refusals)
    if failure is not None:
        return AirbyteConnectionStatus(status=Status.FAILED, message=failure)
    _report(me, refusals)
    return AirbyteConnectionStatus(status=Status.SUCCEEDED)


def _ask(client: IntercomClient, path: str, permission: str | None) -> Answer:
    try:
        return client.send("GET", path, parse=parse_object, permission=permission, tries=TRIES)
    except IntercomError as error:
        return error


def _refusals(sync: Sync) -> dict[str, IntercomError | None]:
    """Why each stream can't be read; None where it can."""
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        asked = {
            name: [
                pool.submit(_ask, sync.client, path, retriever.permission)
                for path in retriever.check_paths or [retriever.path]
            ]
            for name, retriever in sync.retrievers.items()
        }
    return {name: _first_error(each.result() for each in asked[name]) for name in asked}


def _first_error(answers: Iterable[Answer]) -> IntercomError | None:
    return next((each for each in answers if isinstance(each, IntercomError)), None)


def _failure_of_workspace(sync: Sync, me: Answer) -> str | None:
    """What is wrong with the connection, as far as /me tells, which a token may be refused."""
    if isinstance(me, IntercomError) and me.may_pass:
        return me.message
    if sync.start_date > (sync.client.last_date or sync.start_date):
        return "start_date lies in the future: choose an earlier one, or none for all history."
    if isinstance(me, IntercomError):
        return None
    workspace, region = Workspace.model_validate(me), sync.settings.region
    if workspace.is_elsewhere(region):
        return (
            f"This workspace lives in the {workspace.region}, and the config says {region}: "
            f"choose {workspace.region}."
        )
    return None


def _failure_of_all(me: Answer, refusals: Mapping[str, IntercomError | None]) -> str | None:
    """What is wrong where nothing can be read; None with a token that is good for something."""
    errors = [error for error in refusals.values() if error is not None]
    if len(errors) < len(refusals):
        return None
    if isinstance(me, IntercomError):
        return me.message
    return f"None of the {len(errors)} streams can be read. {errors[0].message}"


def _report(me: Answer, refusals: Mapping[str, IntercomError | None]) -> None:
    if isinstance(me, IntercomError):
        logger.info("Connected; the token may not read which workspace it opens.")
    else:
        logger.info("Connected to %s.", Workspace.model_validate(me))
    for name, error in refusals.items():
        if error is None:
            logger.info("%s: can be read.", name)
        else:
            logger.warning("%s: can't be read. %s", name, error.message)
    unreadable = [name for name, error in refusals.items() if error is not None]
    logger.info(
        "%d of %d streams can be read%s.",
        len(refusals) - len(unreadable),
        len(refusals),
        f"; not: {', '.join(unreadable)}" if unreadable else "",
    )
