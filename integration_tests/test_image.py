"""
The connector's and the loader's images, in containers against the emulator (`make image-test`).

What Airbyte's own suite asks of the image is in test_standard_suite.py.
"""

import json
import subprocess
import tomllib
from uuid import uuid4

import duckdb
import pytest
import yaml

from integration_tests.laboratory import differences
from integration_tests.syncing import (
    CORE_STREAMS,
    ROOT,
    Connector,
    Output,
    config_for,
    counts,
    latest,
)
from intercom_emulator import Emulator
from intercom_emulator.settings import Settings

pytestmark = pytest.mark.image_tests

IMAGE = yaml.safe_load((ROOT / "acceptance-test-config.yml").read_text())["connector_image"]
LOADER = "intercom-load:dev"
PROCESSED = ("conversations", "conversation_parts")
READ_ONLY = ("--read-only", "--tmpfs", "/tmp")
INSTALLED = "/opt/connector/lib/python3.11/site-packages"


class Container(Connector):
    """The connector in a container of its own, its config and state mounted where they are."""

    def __init__(self, folder, base_url, *options, config=None):
        super().__init__(folder, base_url, config or config_for())
        folder.chmod(0o755)  # the image's user is another than who runs the tests
        self.name = f"source-intercom-{uuid4().hex}"
        self.command = (
            *("docker", "run", "--rm", "--network", "host", "--name", self.name),
            *("--env", "INTERCOM_API_BASE_URL", "--volume", f"{folder}:{folder}:ro"),
            *(*options, IMAGE),
        )


def lacking(intercom, stream, *outputs):
    """The ids that a workspace has and none of these syncs brought, and those that it has not."""
    missing, _, unknown = differences(latest(outputs, stream), intercom, stream)
    return missing + unknown


def inspected(image):
    """What the engine knows of an image."""
    return json.loads(subprocess.check_output(["docker", "image", "inspect", image]))[0]


def files_of(image):
    """The path of every file in an image."""
    name = subprocess.check_output(["docker", "create", image], text=True).strip()
    with subprocess.Popen(["docker", "export", name], stdout=subprocess.PIPE) as export:
        listed = subprocess.check_output(["tar", "--list"], stdin=export.stdout, text=True)
    subprocess.check_output(["docker", "rm", name])
    return ["/" + line for line in listed.splitlines()]


@pytest.fixture(scope="module")
def intercom():
    with Emulator("tiny") as running:
        yield running


@pytest.mark.parametrize(
    "options",
    [(), ("--user", "12345", *READ_ONLY, "--cap-drop", "ALL")],
    ids=["as it is", "as any user, read-only"],
)
def test_every_verb_works_in_the_container(tmp_path, intercom, options):
    """As the image's own user or any other, with a root folder that may be written to or not."""
    container = Container(tmp_path, intercom.url, *options)
    spec = container.run("spec")

    assert [each["type"] for each in spec.messages if each["type"] != "LOG"] == ["SPEC"]
    assert container.check() == {"status": "SUCCEEDED"}
    output = container.read(CORE_STREAMS)
    assert (output.exit_code, output.incomplete) == (0, set())
    for stream in ("contacts", "companies", *PROCESSED, "articles"):
        assert lacking(intercom, stream, output) == []


@pytest.mark.parametrize("verb", ["spec", "check", "discover"])
def test_no_temporary_folder_is_said_in_a_sentence(tmp_path, intercom, verb):
    """A container that is read-only throughout says what it lacks."""
    container = Container(tmp_path, intercom.url, "--read-only")
    arguments = () if verb == "spec" else ("--config", str(container.config_path))
    output = container.run(verb, *arguments)

    error = output.errors[None]
    assert output.exit_code == 1
    assert error["failure_type"] == "config_error"
    assert error["message"] == (
        "The connector finds no temporary folder that it may write to: mount one at /tmp, "
        "or set TMPDIR to another."
    )


def test_a_full_disk_costs_the_stream_that_needs_it(tmp_path):
    """It fails with a sentence, the others go on, and with room there the next sync has it all."""
    with Emulator("companies=4000,contacts=10") as intercom:
        small = Container(tmp_path, intercom.url, "--read-only", "--tmpfs", "/tmp:size=512k")
        first = small.read(["companies", "contacts"])
        intercom.clock.advance(120)  # the scroll that was left open ends
        second = Container(tmp_path, intercom.url).read(["companies", "contacts"], first.state())

        assert (first.exit_code, second.exit_code) == (1, 0)
        assert first.incomplete == {"companies"}
        assert "No space left on device" in first.errors["companies"]["message"]
        assert lacking(intercom, "contacts", first) == []
        assert lacking(intercom, "companies", second) == []


def test_ten_streams_take_256_megabytes(tmp_path):
    """A pod of 256 MB reads the streams of the mission, one row as the next."""
    seed = "contacts=20000,companies=2000,conversations=1500,parts=6,articles=200"
    with Emulator(seed) as intercom:
        container = Container(tmp_path, intercom.url, "--memory", "256m", "--memory-swap", "256m")
        output = container.read(CORE_STREAMS)

    assert (output.exit_code, output.incomplete) == (0, set())
    found = counts(output)
    assert (found["contacts"], found["companies"], found["articles"]) == (20_000, 2_000, 200)
    assert (found["conversations"], found["conversation_parts"]) == (1_500, 1_500 * 6)


def test_all_streams_of_large_conversations_take_512_megabytes(tmp_path):
    """A pod of 512 MB reads all there is at once, with conversations of 90 KB and long threads."""
    seed = "contacts=500,contact_tags=3,companies=200,conversations=500,conversation_bytes=90000"
    seed += ",parts=100,part_bytes=2000,tickets=200,articles=50,activity_logs=500"
    with Emulator(seed) as intercom:
        container = Container(
            tmp_path,
            intercom.url,
            *("--memory", "512m", "--memory-swap", "512m"),
            config=config_for(all_streams=True),
        )
        every = [each["name"] for each in container.discover()["streams"]]
        output = container.read(every)

    assert len(every) > 70
    assert (output.exit_code, output.incomplete) == (0, set())
    assert counts(output)["conversation_parts"] >= 500 * 100


def interrupted(container, rows, end):
    """What a container wrote whose end came behind so many rows, and its exit code."""
    output, seen = Output(), 0
    with container.start(*container.read_arguments(PROCESSED)) as process:
        lines = (each for each in process.stdout if each.startswith("{") and each.endswith("}\n"))
        for message in map(json.loads, lines):
            output.messages.append(message)
            seen += message["type"] == "RECORD"
            if seen == rows:
                break
        with subprocess.Popen(["docker", *end, container.name], stdout=subprocess.DEVNULL):
            output.messages += map(json.loads, lines)
        return output, process.wait()


@pytest.mark.parametrize(
    ("end", "code"), [(("kill",), 137), (("stop", "--time", "9"), 143)], ids=["SIGKILL", "SIGTERM"]
)
def test_the_next_container_goes_on_where_one_was_ended(tmp_path, end, code):
    """A pod that is killed or evicted loses nothing, and one that is asked to stop does so."""
    with Emulator("conversations=2000,parts=3", Settings(rate_limit=600)) as talk:
        container = Container(tmp_path, talk.url)
        first, exit_code = interrupted(container, 3_000, end)  # where it waits for the limit
        talk.settings.rate_limit = 10_000
        second = container.read(PROCESSED, first.state())

        assert (exit_code, second.exit_code) == (code, 0)
        assert 0 < counts(first)["conversation_parts"] < 2_000 * 3
        assert 0 < counts(second)["conversation_parts"] < 2_000 * 3
        for stream in PROCESSED:
            assert lacking(talk, stream, first, second) == []


def test_the_image_says_what_it_is():
    """Airbyte runs the entry point named in the environment; labels name connector and version."""
    config = inspected(IMAGE)["Config"]
    environment = dict(each.split("=", 1) for each in config["Env"])

    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["poetry"]["version"]
    assert config["Labels"]["io.airbyte.name"] == "source-intercom"
    assert config["Labels"]["io.airbyte.version"] == version
    assert environment["AIRBYTE_ENTRYPOINT"].split() == config["Entrypoint"]
    assert config["User"] == "1000:1000"


def test_the_image_holds_the_connector_alone():
    """No tests, emulator, loader, build tools or caches beside what the base image has."""
    files = files_of(IMAGE)
    ours = [each for each in files if each.startswith("/airbyte/integration_code/")]
    packages = {each.split("/")[6] for each in files if each.startswith(f"{INSTALLED}/")}

    assert {each.split("/")[3] for each in ours} - {""} == {
        "main.py",
        "__pycache__",
        "source_intercom",
    }
    assert "airbyte_cdk" in packages
    assert not packages & {"pip", "poetry", "pytest", "mypy", "ruff", "duckdb", "uvicorn"}
    assert not packages & {"intercom_emulator", "intercom_load", "source_intercom"}
    assert [each for each in files if each.startswith("/opt") and "/tests/" in each] == []
    assert [each for each in files if "/.cache/" in each or each.startswith("/build/")] == []


def test_the_image_adds_less_than_a_quarter_of_a_gigabyte():
    """What is installed by accident is noticed; docs/airbyte.md tells what weighs how much."""
    history = subprocess.check_output(
        ["docker", "history", "--human=false", "--format", "{{.Size}} {{.CreatedBy}}", IMAGE],
        text=True,
    )
    layers = [line.split(maxsplit=1) for line in history.splitlines()]
    added = sum(int(size) for size, *made_by in layers if "COPY" in str(made_by))

    assert 100e6 < added < 250e6


def test_the_loaders_image_loads(tmp_path, intercom):
    """Its version is the project's, and as any user it fills the database that is mounted."""
    tmp_path.chmod(0o777)
    tmp_path.joinpath("config.json").write_text(json.dumps(config_for()))
    run = ["docker", "run", "--rm", "--network", "host", "--user", "12345", *READ_ONLY]
    run += ["--env", f"INTERCOM_API_BASE_URL={intercom.url}", "--volume", f"{tmp_path}:/warehouse"]
    said = subprocess.check_output([*run, LOADER, "--version"], text=True)
    load = ["--config", "config.json", "--to", "duckdb:///intercom.duckdb", "--quiet"]
    subprocess.check_call([*run, LOADER, *load, "--streams", "contacts,conversation_parts"])

    assert said.strip() == inspected(IMAGE)["Config"]["Labels"]["io.airbyte.version"]
    with duckdb.connect(str(tmp_path / "intercom.duckdb"), read_only=True) as database:
        for table in ("contacts", "conversation_parts"):
            (count,) = database.execute(f"SELECT count(*) FROM intercom_{table}").fetchone()
            assert count > 0
