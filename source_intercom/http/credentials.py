"""
The grant that all workers sign with.

Python, because the CDK's OAuthAuthenticator belongs to its HttpRequester, trusts the machine's own
clock, and fails at an answer without `expires_in`.
"""

from collections.abc import Callable
from threading import Lock

from source_intercom.intercom.grants import Grant


class Credentials:
    """
    Hands out the current grant; renews it once, however many workers find it stale at a time.

    `renew` fetches a new grant for an old one, `save` tells the platform of it.
    """

    def __init__(
        self, grant: Grant, renew: Callable[[Grant], Grant], save: Callable[[Grant], None]
    ) -> None:
        self._grant = grant
        self._renew = renew
        self._save = save
        self._lock = Lock()
        self._has_renewed_on_suspicion = False
        self._failure: Exception | None = None

    def current(self, now: float) -> Grant:
        """The grant to sign with; a new one if the old is about to expire."""
        grant = self._grant
        if grant.is_renewable and grant.is_expiring(now):
            with self._lock:
                # Whoever waited here for another worker's renewal goes on with its result.
                return self._replace() if self._grant is grant else self._grant
        return grant

    def after_refusal(self, refused: Grant, *, has_expired: bool) -> Grant | None:
        """
        Another grant to try with after a 401; None if there is none.

        A 401 that doesn't speak of expiry may mean a missing permission: it renews once a sync.
        """
        with self._lock:
            if self._grant is not refused:
                return self._grant
            if not refused.is_renewable or (self._has_renewed_on_suspicion and not has_expired):
                return None
            self._has_renewed_on_suspicion = self._has_renewed_on_suspicion or not has_expired
            return self._replace()

    def _replace(self) -> Grant:
        """Renew, once: what failed for one worker has failed for all. The lock is held."""
        if self._failure is not None:
            raise self._failure
        try:
            renewed = self._renew(self._grant)
        except Exception as failure:
            self._failure = failure
            raise
        self._save(renewed)
        self._grant = renewed
        return renewed
