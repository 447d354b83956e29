"""What is typed, what is printed, and how it ends."""

import io
import json
import subprocess
import sys
import threading
from importlib.metadata import version

import duckdb
import pytest

from intercom_load import connector
from intercom_load.cli import main, masked
from unit_tests.load.stub_loads import (
    STUB,
    SUCCEEDED,
    catalog,
    error,
    log,
    record,
    status,
    whole,
)

CONFIG = '{"credentials": {"access_token": "dG9rZW4tb2YtdGVzdHM="}}'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no config file"),
        ("credentials: x", "is not JSON: Expecting value in line 1."),
        ("[]", "must hold a JSON object"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_bad_config_file_is_named(tmp_path, capsys, content, sentence):
    """The sentence says which file and what is wrong with it; nothing is created."""
    file = tmp_path / "config.json"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(SystemExit) as exit_:
        main(["--config", str(file), "--to", str(tmp_path / "x.duckdb")])

    error = capsys.readouterr().err
    assert exit_.value.code == 2
    assert sentence in error
    assert str(file) in error
    assert error.count("\n") == 1
    assert not (tmp_path / "x.duckdb").exists()


def test_a_wrong_url_ends_with_code_2(tmp_path, capsys):
    """A URL is refused before the config is used, without its password."""
    file = tmp_path / "config.json"
    file.write_text(CONFIG, encoding="utf-8")

    with pytest.raises(SystemExit) as exit_:
        main(["--config", str(file), "--to", "mysql://me:hunter22@host/db"])

    assert exit_.value.code == 2
    assert "hunter22" not in capsys.readouterr().err


def test_no_stream_at_all_is_a_mistake(capsys):
    """`--streams ,` would load nothing and call it a success."""
    with pytest.raises(SystemExit) as exit_:
        main(["--config", "x.json", "--streams", " , "])

    assert exit_.value.code == 2
    assert "names at least one stream" in capsys.readouterr().err


def test_secrets_are_masked_wherever_they_stand():
    """Whatever a database or Intercom quotes, no secret is shown."""
    text = masked("FATAL: p@ss is wrong for token abcdefgh", ["p@ss", "abcdefgh"])

    assert text == "FATAL: **** is wrong for token ****"


def test_no_config_at_all_is_a_mistake(capsys, monkeypatch):
    """The sentence names the option, and the exit code is that of wrong usage."""
    monkeypatch.delenv("INTERCOM_LOAD_CONFIG", raising=False)

    with pytest.raises(SystemExit) as exit_:
        main(["--to", "x.duckdb"])

    assert exit_.value.code == 2
    assert "--config" in capsys.readouterr().err


def test_a_token_that_has_to_be_written_back_is_not_taken_from_standard_input(capsys, monkeypatch):
    """A rotated refresh token works once; the next load would find the old one."""
    config = {"credentials": {"refresh_token": "dG9rZW4tb2YtdGVzdHM="}}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(config)))

    with pytest.raises(SystemExit) as exit_:
        main(["--config", "-"])

    assert exit_.value.code == 2
    assert "must be a file" in capsys.readouterr().err


def test_the_version_and_the_exit_codes_can_be_asked_for(capsys):
    """What is installed, and what an orchestrator has to know."""
    for option in ("--version", "--help"):
        with pytest.raises(SystemExit) as exit_:
            main([option])
        assert exit_.value.code == 0

    printed, _, help_ = capsys.readouterr().out.partition("\n")
    assert printed == version("source-intercom")
    assert all(f"\n  {code} " in help_ for code in (0, 1, 2, 75, 130))
    assert "INTERCOM_LOAD_TO" in help_


class Command:
    """The command in this process, with a stub for a connector."""

    def __init__(self, folder, capsys, monkeypatch):
        self.folder = folder
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        monkeypatch.setattr(connector, "find_connector", lambda: STUB)
        monkeypatch.setattr("signal.signal", lambda *_: None)

    def __call__(self, *arguments, **said):
        said = {"check": [SUCCEEDED], "discover": [catalog()], **said}
        self._monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(said)))
        code = 0
        try:
            main([*arguments, "--config", "-", "--streams", "contacts,tags"])
        except SystemExit as exit_:
            code = exit_.code
        return code, *self._capsys.readouterr()


@pytest.fixture
def command(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("INTERCOM_LOAD_TO", f"duckdb:///{tmp_path}/x.duckdb")
    return Command(tmp_path, capsys, monkeypatch)


def test_the_last_line_of_stdout_can_be_the_result(command):
    """With --json, behind the table or, with --quiet, alone; also when nothing could be loaded."""
    read = [*whole("contacts", record("contacts", "1")), *whole("tags")]

    for quiet in ([], ["--quiet"]):
        code, out, _ = command("--json", *quiet, read=read)
        assert code == 0
        assert out.count("\n") == 1 or not quiet
        result = json.loads(out.splitlines()[-1])
        assert result["exit_code"] == 0
        assert [(one["stream"], one["rows_in_table"]) for one in result["streams"]] == [
            ("contacts", 1),
            ("tags", 0),
        ]
        assert result["streams"][0]["table"] == "intercom_contacts"

    code, out, _ = command("--json", check=[error("Intercom fails", None, "transient_error")])
    result = json.loads(out.splitlines()[-1])
    assert (code, result["exit_code"], result["error"]) == (75, 75, "Intercom fails.")


def test_quiet_leaves_warnings_and_errors(command):
    """No table and no progress, but each WARN, with the time, and each stream that failed."""
    read = [log("WARN", "500 of 600"), *whole("contacts"), status("tags", "INCOMPLETE")]

    code, out, err = command("--quiet", read=read)

    assert (code, out) == (75, "")
    warning, sentence = err.splitlines()
    assert warning[:2] == "20"
    assert warning.endswith("Z  WARN 500 of 600")
    assert sentence.startswith("intercom-load: tags: The connector stopped")


@pytest.mark.parametrize(
    ("failures", "code"),
    [
        (["transient_error", "transient_error"], 75),
        (["transient_error", "config_error"], 1),
        (["system_error"], 1),
    ],
)
def test_the_exit_code_says_whether_waiting_helps(command, failures, code):
    """75 only if it may help all that failed."""
    read = [
        message
        for name, kind in zip(("contacts", "tags"), failures, strict=False)
        for message in (error("It fails", name, kind), status(name, "INCOMPLETE"))
    ]
    read += whole("tags") if len(failures) == 1 else []

    assert command(read=read)[0] == code


def test_a_warehouse_that_is_open_elsewhere_is_named_before_anything_is_asked(command):
    """Exit code 75, with the process that holds it; --wait waits for it."""
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()",
            command.folder / "x.duckdb",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        holder.stdout.readline()
        code, _, err = command(check=[])
        waits = threading.Timer(1.5, holder.stdin.close)
        waits.start()
        waited = command("--wait", "60", read=[*whole("contacts"), *whole("tags")])

    assert code == 75
    assert f"process {holder.pid}" in err
    assert waited[0] == 0
    assert "WARN The DuckDB file" in waited[2]


def test_an_empty_file_is_left_by_no_load_that_failed(command):
    """A refused token leaves no database behind; one that was there stays."""
    failed = {"connectionStatus": {"status": "FAILED", "message": "No"}}
    command(check=[failed])
    assert list(command.folder.iterdir()) == []

    with duckdb.connect(str(command.folder / "x.duckdb")) as connection:
        connection.sql("CREATE TABLE mine AS SELECT 1")
    command(check=[failed])
    assert [path.name for path in command.folder.iterdir()] == ["x.duckdb"]


def test_no_library_of_other_warehouses_is_imported():
    """DuckDB and PostgreSQL need their own drivers; the rest would cost seconds and megabytes."""
    script = (
        "import sys, intercom_load.cli, intercom_load.load, intercom_load.opening, "
        "intercom_load.duckdb_file, intercom_load.postgres; "
        "print({name.partition('.')[0] for name in sys.modules} "
        "& {'dlt', 'airbyte_cdk', 'sqlalchemy', 'numpy', 'pandas', 'source_intercom'})"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "set()"
