"""
A network of this benchmark's own, where Intercom's host name leads to the emulator over TLS.

`python -m benchmarks.namespace PORT FOLDER` is the door: it ends TLS on port 443, with the
certificate in that folder, and passes bytes on.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import fcntl
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
from pathlib import Path

import certifi
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "api.intercom.io"
MARK = "BENCHMARKS_NAMESPACE"
"""Set for the process inside."""
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_CHUNK = 1 << 18


def is_inside() -> bool:
    """Whether this process has a network of its own."""
    return MARK in os.environ


def enter() -> str:
    """Start this program again inside a namespace; returns only with the reason why it can't."""
    unshare = shutil.which("unshare")
    if os.geteuid() != 0:
        return "not root, so no network namespace"
    if unshare is None or shutil.which("mount") is None:
        return "no unshare and mount on this machine"
    namespaces = [unshare, "--net", "--mount"]
    trial = subprocess.run([*namespaces, "true"], check=False, capture_output=True)
    if trial.returncode == 0:
        command = [*namespaces, sys.executable, "-m", "benchmarks", *sys.argv[1:]]
        os.execve(unshare, command, {**os.environ, MARK: "yes"})  # noqa: S606
    return "the kernel refuses namespaces here"


def set_up(scratch: Path, trusting: list[Path]) -> Path:
    """
    Bring loopback up, name Intercom's host, make a CA; returns its bundle.

    `trusting`: certificate bundles that are covered, in this mount namespace, by the CA's.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack_from("h", fcntl.ioctl(handle, _SIOCGIFFLAGS, request), 16)
        fcntl.ioctl(handle, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))
    hosts = scratch / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {HOST}\n")
    bundle = _make_certificates(scratch)
    for source, target in [(hosts, Path("/etc/hosts")), *((bundle, each) for each in trusting)]:
        subprocess.run(["mount", "--bind", source, target], check=True)  # noqa: S607
    return bundle


def _make_certificates(scratch: Path) -> Path:
    """A CA and a certificate for Intercom's host, for one day; the bundle that trusts both."""
    now = dt.datetime.now(dt.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "benchmark")])
    authority = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + _DAY
    ).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    signed_authority = authority.sign(key, hashes.SHA256())
    own_key = ec.generate_private_key(ec.SECP256R1())
    own = x509.CertificateBuilder(
        name,
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]),
        own_key.public_key(),
        x509.random_serial_number(),
        now,
        now + _DAY,
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    (scratch / "key.pem").write_bytes(
        own_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    pem = serialization.Encoding.PEM
    certificate = own.sign(key, hashes.SHA256()).public_bytes(pem)
    (scratch / "certificate.pem").write_bytes(certificate)
    bundle = scratch / "bundle.pem"
    bundle.write_bytes(Path(certifi.where()).read_bytes() + signed_authority.public_bytes(pem))
    return bundle


_DAY = dt.timedelta(days=1)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(_CHUNK):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def _serve(scratch: Path, port: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(scratch / "certificate.pem", scratch / "key.pem")

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port, limit=_CHUNK)
        await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))

    server = await asyncio.start_server(
        connected, "127.0.0.1", 443, ssl=context, limit=_CHUNK, backlog=512
    )
    print("open", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(Path(sys.argv[2]), int(sys.argv[1])))
