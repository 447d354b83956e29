"""How the process ends when it is told to."""

import subprocess
import sys

import pytest

SCRIPT = """
import os, signal, sys, time
from source_intercom import run

class Entrypoint:
    def __init__(self, *_):
        pass
    def parse_args(self, _):
        pass
    def run(self, _):
        yield '{"type":"LOG","log":{}}'
        yield sys.argv[1]
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

run.IntercomEntrypoint = Entrypoint
run.run(["spec"])
"""


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('{"type":"SPEC","spec":{}}', 0),
        ('{"type":"CONNECTION_STATUS","connectionStatus":{}}', 0),
        ('{"type":"CATALOG","catalog":{}}', 0),
        ('{"type":"RECORD","record":{}}', 143),
    ],
)
def test_sigterm_behind_the_one_answer_is_no_failure(message: str, code: int) -> None:
    """Who has the answer of spec, check or discover ends the process; a read has never enough."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, message], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout.splitlines()[-1]) == (code, message)
