"""
The connections to Intercom, which share one TLS context.

Python, because urllib3 makes a context for each connection and reads all certificates that are
trusted into it: 30 ms and a megabyte, forty times over.
"""

import ssl
from threading import Lock
from typing import Any

from requests.adapters import HTTPAdapter


class TlsContext(ssl.SSLContext):
    """A client's context that reads a bundle of certificates once, however often it is told to."""

    def __init__(self, _protocol: int) -> None:
        super().__init__()
        self._loaded: set[tuple[Any, ...]] = set()
        self._loading = Lock()

    def load_verify_locations(
        self, cafile: Any = None, capath: Any = None, cadata: Any = None
    ) -> None:
        """Trust certificates; raises an `OSError` where they can't be read."""
        bundle = (cafile, capath, cadata)
        with self._loading:
            if bundle not in self._loaded:
                super().load_verify_locations(*bundle)
                self._loaded.add(bundle)


class Connections(HTTPAdapter):
    """Up to `most` connections to one host, kept open, through a proxy or not."""

    def __init__(self, most: int) -> None:
        self._tls = TlsContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(pool_maxsize=most, pool_block=True)

    def init_poolmanager(self, *sizes: Any, **options: Any) -> None:
        """Let all connections of the pool have the one context."""
        super().init_poolmanager(*sizes, **options, ssl_context=self._tls)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Let all connections behind a proxy have it as well."""
        return super().proxy_manager_for(proxy, **options, ssl_context=self._tls)
