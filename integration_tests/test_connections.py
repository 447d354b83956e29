"""The connections' TLS, against a server of our own."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import requests

from integration_tests.certificates import self_signed
from source_intercom.http.tls import Connections


class Answer(BaseHTTPRequestHandler):
    """An empty body to every GET; the connection stays open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments):
        """Say nothing."""


@contextmanager
def server(path):
    """A server that only the certificate at `path` vouches for; yields its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as listener:
        listener.daemon_threads = True
        listener.socket = self_signed(path).wrap_socket(listener.socket, server_side=True)
        Thread(target=listener.serve_forever, daemon=True).start()
        yield listener.server_port
        listener.shutdown()


def test_certificates_are_read_once_for_all_connections(tmp_path):
    """Forty connections would else spend a second of CPU on the same file."""
    bundle = tmp_path / "bundle.pem"
    with server(bundle) as port, requests.Session() as session:
        session.mount("https://", Connections(2))
        address = f"https://127.0.0.1:{port}"
        with session.get(address, verify=str(bundle), stream=True, timeout=10) as first:
            bundle.write_text("no certificates any more")
            second = session.get(address, verify=str(bundle), timeout=10)

    assert (first.status_code, second.status_code) == (200, 200)


def test_a_certificate_vouches_for_its_own_host_alone(tmp_path):
    """The shared context checks names as urllib3's own does."""
    bundle = tmp_path / "bundle.pem"
    with server(bundle) as port, requests.Session() as session:
        session.mount("https://", Connections(2))

        with pytest.raises(requests.exceptions.SSLError, match="localhost"):
            session.get(f"https://localhost:{port}", verify=str(bundle), timeout=10)
