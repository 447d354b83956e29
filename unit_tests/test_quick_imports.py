"""The import of the CDK does not do what makes it slow."""

import subprocess
import sys

PROGRAM = """
import gc, inspect
found, collected, getsource = [], [], inspect.getsource

def look(thing):
    found.append(thing)
    return getsource(thing)

inspect.getsource = look
gc.collect()
gc.callbacks.append(lambda phase, info: collected.append(phase))
import source_intercom
gc.callbacks.clear()
print(len(found), len(collected) < 20, gc.isenabled(), inspect.getsource is look)
"""


def test_the_import_reads_no_source_file_and_collects_no_garbage():
    """Half a second of each sync; once imported, all is as it was before."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, check=True, text=True
    )

    assert run.stdout.split() == ["0", "True", "True", "True"]
