"""
The CDK's import, in two thirds of its time.

Python, because the rest is spent for nothing: on a garbage collector that walks what never dies,
and on the source files of the protocol's models, parsed once a model for docstrings of fields.
"""

import gc
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Never


@contextmanager
def quick_imports() -> Iterator[None]:
    """While it is entered, nothing is collected and no source file is found."""
    collects, getsource = gc.isenabled(), inspect.getsource
    gc.disable()
    inspect.getsource = _no_source  # type: ignore[assignment]  # of its name
    try:
        yield
    finally:
        inspect.getsource = getsource
        if collects:
            gc.enable()


def _no_source(_object: object) -> Never:
    """As Python says where modules come without their files; serpyco_rs does without them, too."""
    raise OSError
