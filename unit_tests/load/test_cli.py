"""What is typed wrong is answered at once, by one sentence and exit code 2."""

import pytest

from intercom_load.cli import main, masked

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
