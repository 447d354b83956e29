"""
The check of a connection: what the token opens, and which streams it may read.

Python, because the CDK's CheckStream ends at the first stream that can't be read, and a token that
lacks one permission is still a good token. Streams of one permission share a question.
"""

import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from airbyte_cdk.models import AirbyteConnectionStatus, Status

from source_intercom.http.client import IntercomClient, IntercomError
from source_intercom.intercom.errors import UNKNOWN
from source_intercom.intercom.pages import parse_envelope
from source_intercom.intercom.workspaces import Workspace
from source_intercom.session import Session
from source_intercom.settings import unknown_fields
from source_intercom.tables.retrievers import TableRetriever

REQUESTS_AT_ONCE = 16
TRIES = 3
SECONDS = 45
"""Until a check has its answer or gives up; ten more may go by in a window of the rate limit."""

logger = logging.getLogger("airbyte")

Answer = dict[str, Any] | IntercomError


@dataclass
class Question:
    """A cheap list that is asked for, and the streams that its answer speaks for."""

    retriever: TableRetriever
    permission: str
    streams: list[str] = field(default_factory=list)
    answer: Answer | None = None

    def ask(self, client: IntercomClient) -> None:
        """Note what Intercom answers."""
        path = self.retriever.check_path or self.retriever.path
        self.answer = _ask(client, path, self.permission, self.retriever.version)


def check_connection(
    session: Session, retrievers: Mapping[str, TableRetriever]
) -> AirbyteConnectionStatus:
    """
    SUCCEEDED with any token that Intercom accepts, with a line on each permission in the log.

    FAILED with one sentence that says what to do. The questions are asked side by side, and none
    opens the companies scroll, which belongs to a session.
    """
    for name in unknown_fields(session.config):
        logger.warning("The config has a field that the connector does not know: %s.", name)
    session.client.end_within(SECONDS)  # guard: seconds of a check
    me = _ask(session.client, "/me", None)
    questions, unchecked = _questions(retrievers)
    failure = _failure_of_workspace(session, me)
    if failure is None:
        with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
            list(pool.map(lambda each: each.ask(session.client), questions))
        failure = _failure_of_all(me, questions)
    if failure is not None:
        return AirbyteConnectionStatus(status=Status.FAILED, message=failure)
    _report(me, questions, unchecked)
    return AirbyteConnectionStatus(status=Status.SUCCEEDED)


def _ask(
    client: IntercomClient, path: str, permission: str | None, version: str | None = None
) -> Answer:
    try:
        return client.send(
            "GET", path, parse=parse_envelope, permission=permission, version=version, tries=TRIES
        )
    except IntercomError as error:
        return error


def _questions(
    retrievers: Mapping[str, TableRetriever],
) -> tuple[list[Question], list[str]]:
    """What is asked, and the streams that no question of a check can tell anything of."""
    questions: dict[Any, Question] = {}
    unchecked = []
    for name, retriever in retrievers.items():
        if not retriever.can_be_checked:
            unchecked.append(name)
            continue
        for permission in retriever.permissions:
            is_known = permission != UNKNOWN
            key = (permission, retriever.version) if is_known else retriever.path
            question = questions.setdefault(key, Question(retriever, permission))
            question.streams.append(name)
    return list(questions.values()), unchecked


def _failure_of_workspace(session: Session, me: Answer) -> str | None:
    """What is wrong with the connection, as far as /me tells, which a token may be refused."""
    if isinstance(me, IntercomError) and me.may_pass:
        me.emit_message()  # with its failure type: a FAILED check can't tell that waiting may help
        return me.sentence
    if session.start_date > (session.client.clock.last or session.start_date):
        return "start_date lies in the future: choose an earlier one, or none for all history."
    if isinstance(me, IntercomError):
        return None
    workspace, region = Workspace.model_validate(me), session.settings.region
    if workspace.is_elsewhere(region):
        return (
            f"This workspace lives in the {workspace.region}, and the config says {region}: "
            f"choose {workspace.region}."
        )
    return None


def _failure_of_all(me: Answer, questions: Iterable[Question]) -> str | None:
    """What is wrong where nothing can be read; None with a token that is good for something."""
    errors = [each.answer for each in questions if isinstance(each.answer, IntercomError)]
    # guard: check that reads
    if any(not isinstance(each.answer, IntercomError) for each in questions):
        return None
    if isinstance(me, IntercomError):
        return me.sentence
    return f"None of the streams can be read. {errors[0].sentence}"


def _report(me: Answer, questions: Iterable[Question], unchecked: list[str]) -> None:
    if isinstance(me, IntercomError):
        logger.info("Connected; the token may not read which workspace it opens.")
    else:
        logger.info("Connected to %s.", Workspace.model_validate(me))
    readable, refused = dict[str, None](), dict[str, None]()
    for each in questions:
        names = ", ".join(each.streams)
        if isinstance(each.answer, IntercomError):
            refused |= dict.fromkeys(each.streams)
            logger.warning("Can't be read: %s. %s", names, each.answer.sentence)
        else:
            readable |= dict.fromkeys(each.streams)
            box = "" if each.permission == UNKNOWN else f' with "{each.permission}"'
            logger.info("Can be read%s: %s.", box, names)
    if unchecked:
        names = ", ".join(unchecked)
        logger.info("Not checked, because no list tells whether they can be read: %s.", names)
    count = len(readable.keys() - refused.keys())
    known = len(readable | refused)
    logger.info(
        "%d of %d streams can be read%s.",
        count,
        known,
        f"; not: {', '.join(refused)}" if refused else "",
    )
