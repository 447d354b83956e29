"""The socket, the command line's control routes, clock, journal, and independence."""

import ast
import gzip
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

import intercom_emulator
from intercom_emulator import Emulator, Settings
from intercom_emulator.clock import Clock
from intercom_emulator.journal import Journal

HEADERS = {"Authorization": "Bearer emulator-token", "Intercom-Version": "2.16"}


@pytest.fixture(scope="module")
def served():
    """One emulator behind a socket for the tests of this module."""
    with Emulator("tiny") as emulator:
        emulator.clock.freeze()
        yield emulator


@pytest.fixture
def emulator(served):
    """The served emulator as it began."""
    served.settings = Settings()
    served.reset()
    served.clock.freeze()
    return served


def get(emulator, path, **options):
    return requests.get(emulator.url + path, headers=HEADERS, timeout=5, **options)


def test_the_socket_serves(emulator):
    """Same answers as in process, with the emulator's date and no other server's marks."""
    answer = get(emulator, "/me")

    assert "America/New_York" == answer.json()["app"]["timezone"]
    assert "Mon, 02 Nov 2026 09:00:00 GMT" == answer.headers["Date"]
    assert "Server" not in answer.headers
    assert answer.headers["Content-Type"].startswith("application/json")


def test_many_clients_at_once(emulator):
    """Every one of many concurrent requests is answered and journalled."""
    emulator.settings.rate_limit = 150
    with ThreadPoolExecutor(16) as pool:
        statuses = [r.status_code for r in pool.map(lambda _: get(emulator, "/tags"), range(200))]

    assert (150, 50) == (statuses.count(200), statuses.count(429))
    assert 200 == emulator.journal.count("GET /tags")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("reset", requests.exceptions.ConnectionError),
        ("cut", requests.exceptions.ChunkedEncodingError),
        ("broken_gzip", requests.exceptions.ContentDecodingError),
    ],
)
def test_trouble_on_a_real_wire(emulator, kind, error):
    """What the in-process mode raises is what a socket causes."""
    emulator.faults.add("GET /tags", kind=kind)

    with pytest.raises(error):
        get(emulator, "/tags")
    assert 200 == get(emulator, "/tags").status_code


def test_silence_on_a_real_wire(emulator):
    """A hanging answer outlasts the client's patience, others are served meanwhile."""
    emulator.faults.add("GET /tags", kind="hang", seconds=30)
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(emulator.url + "/tags", headers=HEADERS, timeout=0.05)
    assert 200 == get(emulator, "/teams").status_code


def test_latency(emulator):
    """Each answer takes the time that is set."""
    emulator.settings.latency = 0.03

    assert 0.03 <= get(emulator, "/tags").elapsed.total_seconds() < 1


def test_gzip_is_optional(emulator):
    """Compressed only when it is switched on."""
    assert "Content-Encoding" not in get(emulator, "/tags").headers
    emulator.settings.gzip = True
    raw = get(emulator, "/tags", stream=True)
    assert "gzip" == raw.headers["Content-Encoding"]
    assert b"billing" in gzip.decompress(raw.raw.read())


def test_control_over_http(emulator):
    """Clock, settings, faults, life, index, reset, and what there is to read."""

    def post(verb, **body):
        return requests.post(f"{emulator.url}/_emulator/{verb}", json=body, timeout=5)

    assert 1_793_610_060 == post("clock", advance=60).json()["now"]
    assert 1_800_000_000 == post("clock", set=1_800_000_000).json()["now"]
    assert not post("clock", freeze=False).json()["frozen"]
    assert post("clock", freeze=True).json()["frozen"]
    assert 120 == post("settings", index_lag=120).json()["index_lag"]
    assert ["GET /tags"] == post("settings", plan_restricted=["GET /tags"]).json()[
        "plan_restricted"
    ]
    assert 403 == get(emulator, "/tags").status_code
    assert 1 == post("faults", pattern="GET /teams", status=502, body="html").json()["faults"]
    assert 502 == get(emulator, "/teams").status_code
    assert 0 == post("faults/clear").json()["faults"]
    assert 5 == sum(post("live", events=5, seconds=60, rng_seed=1).json().values())
    assert 200 == post("index").status_code
    assert ["GET /tags"] == [
        f"{one['method']} {one['path']}"
        for one in get(emulator, "/_emulator/journal?pattern=GET%20/tags").json()
    ]
    assert 18 == get(emulator, "/_emulator/workspace").json()["tags"]
    assert 18 == len(get(emulator, "/_emulator/workspace/tags").json())
    relation = get(emulator, "/_emulator/workspace/contact_tags").json()
    assert list(emulator.workspace.relations("contact_tags")) == relation
    assert 120 == get(emulator, "/_emulator/settings").json()["index_lag"]
    assert get(emulator, "/_emulator/clock").json()["frozen"]
    assert 9 == post("reset").json()["contacts"]


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("settings", {"shoe_size": 7}),
        ("faults", {"pattern": "GET /tags", "when": 1}),
        ("faults", {}),
        ("faults", {"pattern": "GET /shoes"}),
        ("live", {"days": 1}),
    ],
)
def test_mistakes_in_control_are_told(emulator, verb, body):
    """A wrong control request is 400 with the reason."""
    answer = requests.post(f"{emulator.url}/_emulator/{verb}", json=body, timeout=5)

    assert 400 == answer.status_code
    assert answer.json()["error"]


def test_unknown_control_routes(emulator):
    """There is no verb and no resource by that name."""
    assert 404 == requests.post(f"{emulator.url}/_emulator/x", timeout=5).status_code
    assert 400 == get(emulator, "/_emulator/x").status_code


def test_the_command_line():
    """It prints where it listens and the token, and takes its settings from flags."""
    flags = "--seed tiny --port 0 --rate-limit 5 --timezone Asia/Tokyo --index-lag 60 --gzip"
    command = [sys.executable, "-m", "intercom_emulator", *flags.split()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().partition(": ")[2].strip()
            assert "emulator-token" in process.stdout.readline()
            answer = requests.get(f"{url}/me", headers=HEADERS, timeout=5)
            assert "Asia/Tokyo" == answer.json()["app"]["timezone"]
            assert "5" == answer.headers["X-RateLimit-Limit"]
        finally:
            process.terminate()


def test_a_url_needs_a_server():
    """Outside its with block the emulator has no URL."""
    with pytest.raises(RuntimeError, match="with block"):
        _ = Emulator("empty").url


def test_sessions_are_released():
    """After the in-process mode ends, `requests` is itself again."""
    before = requests.Session.get_adapter
    with Emulator("empty").in_process("https://api.eu.intercom.io") as emulator:
        assert 401 == requests.get(f"{emulator.url}/tags", timeout=5).status_code
        other = requests.Session().get_adapter("https://api.eu.intercom.io.evil.example")
        assert isinstance(other, requests.adapters.HTTPAdapter)
    assert before is requests.Session.get_adapter


def test_the_clock_moves_as_told():
    """Frozen it stands, advanced it jumps, and it tells HTTP dates."""
    clock = Clock(1_793_610_000)
    assert not clock.is_frozen
    clock.freeze()
    clock.set(1_793_610_000)
    clock.advance(1.5)
    assert (1_793_610_001, 1_793_610_001.5) == (clock.now(), clock.time())
    assert "Mon, 02 Nov 2026 09:00:01 GMT" == clock.http_date()
    clock.tick()
    assert clock.time() >= 1_793_610_001.5
    clock.align_to_wall(offset=-3600)
    assert clock.now() > 1_700_000_000


def test_the_journal_tells_everything(emulator):
    """Method, path, query, body, route, status, version, token's name, time; never a token."""
    requests.post(
        f"{emulator.url}/contacts/search?include_merge_history=true",
        json={"query": {"field": "id", "operator": "=", "value": "1"}},
        headers=HEADERS,
        timeout=5,
    )
    get(emulator, "/conversations/502")
    entry, second = emulator.journal.entries()

    assert "POST /contacts/search" == entry.key
    assert {"include_merge_history": "true"} == entry.query
    assert "id" == entry.body["query"]["field"]
    assert (200, "2.16", "default") == (entry.status, entry.intercom_version, entry.token_name)
    assert 1_793_610_000 == entry.emulator_time
    assert "/conversations/{conversation_id}" == second.route
    assert 1 == emulator.journal.count("GET /conversations/502")
    assert {"GET /conversations/{conversation_id}": 1, "POST /contacts/search": 1} == (
        emulator.journal.counts()
    )
    assert "emulator-token" not in json.dumps([one.as_json() for one in emulator.journal])


def test_an_empty_journal():
    """Nothing asked, nothing told."""
    journal = Journal()

    assert (0, []) == (len(journal), journal.unknown_routes())


def test_the_emulator_stands_alone():
    """It never imports the connector, so a wrong fact can't pass on both sides."""
    imported = set()
    for path in Path(intercom_emulator.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])

    assert not imported & {"source_intercom", "airbyte_cdk", "intercom_load"}
