from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from time import sleep

import pytest
from pydantic import SecretStr

from source_intercom.http.credentials import Credentials
from source_intercom.intercom.grants import Grant

OLD = Grant(*map(SecretStr, ("token-0", "refresh", "id", "secret")), expires_at=1_000)
WORKERS = 40


class Exchange:
    """Counts renewals, slowly enough for others to arrive meanwhile."""

    def __init__(self, failure=None):
        self.count = 0
        self.saved = []
        self.failure = failure

    def __call__(self, grant):
        self.count += 1
        sleep(0.02)
        if self.failure:
            raise self.failure
        return replace(grant, access_token=SecretStr(f"token-{self.count}"), expires_at=None)


def at_once(task):
    """The results of forty workers that do the same at the same moment."""
    barrier = Barrier(WORKERS)

    def work(_):
        barrier.wait()
        return task()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, range(WORKERS)))


def test_forty_workers_renew_once():
    """Workers that find the token expiring, or refused, at the same time share one renewal."""
    exchange = Exchange()
    credentials = Credentials(OLD, exchange, exchange.saved.append)

    expiring = at_once(lambda: credentials.current(now=1_000))
    refused = at_once(lambda: credentials.after_refusal(expiring[0], has_expired=True))

    assert {grant.secrets[0] for grant in expiring} == {"token-1"}
    assert {grant.secrets[0] for grant in refused} == {"token-2"}
    assert [grant.secrets[0] for grant in exchange.saved] == ["token-1", "token-2"]


def test_a_refusal_of_an_older_token_takes_the_newer_one():
    """A late 401 for a token that was replaced meanwhile renews nothing."""
    exchange = Exchange()
    credentials = Credentials(OLD, exchange, exchange.saved.append)
    newer = credentials.after_refusal(OLD, has_expired=True)

    assert credentials.after_refusal(OLD, has_expired=True) is newer
    assert exchange.count == 1


def test_a_401_that_may_mean_a_permission_renews_once():
    """Streams that the token may not read don't each ask for another token."""
    exchange = Exchange()
    credentials = Credentials(OLD, exchange, exchange.saved.append)

    newer = credentials.after_refusal(OLD, has_expired=False)

    assert newer is not None
    assert credentials.after_refusal(newer, has_expired=False) is None
    assert credentials.after_refusal(newer, has_expired=True) is not None


def test_without_a_refresh_token_a_refusal_is_final():
    """A token alone is used as it is, and its 401 stands."""
    exchange = Exchange()
    grant = Grant(SecretStr("token"), expires_at=1_000)
    credentials = Credentials(grant, exchange, exchange.saved.append)

    assert credentials.current(now=2_000) is grant
    assert credentials.after_refusal(grant, has_expired=True) is None
    assert exchange.count == 0


def test_a_renewal_that_failed_is_not_tried_by_every_worker():
    """What was refused to one worker is refused to all, without another request."""
    exchange = Exchange(failure=PermissionError("refused"))
    credentials = Credentials(OLD, exchange, exchange.saved.append)

    for _ in range(3):
        with pytest.raises(PermissionError):
            credentials.current(now=1_000)

    assert exchange.count == 1
    assert exchange.saved == []
