"""
Rows on their way from the connector to the warehouse, in files that only this user can read.

They lie in a folder of TMPDIR, which is locked while its load lives: what a killed one has left
there, its config with the token too, is removed by the next load of this user, from a minute on.
"""

import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from intercom_load.errors import LoadError

PREFIX = "intercom-load-"
BUFFER_BYTES = 1 << 18
YOUNG = 60.0
"""Seconds for which a folder is left alone once nothing was put into it."""

_UNHELD = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:\\u0000|(\\ud[89ab]..\\ud[c-f]..)|\\ud[89a-f]..)", re.IGNORECASE
)


@contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder of this load's own, and remove it at the end."""
    with writing_to_disk():
        _sweep()
        folder, lock = _locked_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


@contextmanager
def writing_to_disk() -> Iterator[None]:
    """Turn an error of the file system into a sentence."""
    try:
        yield
    except OSError as error:
        raise _no_room(error) from None


def _no_room(error: OSError) -> LoadError:
    return LoadError(
        f"Rows on their way cannot be kept in {tempfile.gettempdir()} ({error.strerror}): make "
        "room there, or set TMPDIR to another folder. What was committed is kept."
    )


def _locked_folder() -> tuple[Path, int]:
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


def _sweep() -> None:
    """
    Remove the folders whose loads have ended; a load that lives holds the lock on its own.

    A folder is made before it can be locked, so the youngest are spared.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # another user's, locked, or gone by now
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - os.fstat(lock).st_mtime > YOUNG:
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


class Spool:
    """The rows of one stream that are not yet handed over."""

    def __init__(self, folder: Path, name: str) -> None:
        self.size = 0
        self.longest_line = 0
        self.altered_rows = 0
        """How many rows held a character that no database takes."""
        self._folder = folder
        self._name = name
        self._number = 0
        self._file: IO[bytes] | None = None
        self._path: Path | None = None

    def add(self, row: bytes) -> None:
        """
        Keep one row, a JSON object.

        NUL, and half of a surrogate pair, become U+FFFD: PostgreSQL takes neither, DuckDB's JSON
        not the latter.
        """
        if b"\\u" in row:
            row, replaced = _without_unheld(row)
            self.altered_rows += replaced
        try:  # `writing_to_disk` would cost a tenth of all that is done for a row
            file = self._file or self._opened()
            file.write(row)
            file.write(b"\n")
        except OSError as error:
            raise _no_room(error) from None
        length = len(row) + 1
        self.size += length
        self.longest_line = max(self.longest_line, length)

    def _opened(self) -> IO[bytes]:
        self._number += 1
        self._path = self._folder / f"{self._name}-{self._number}.jsonl"
        self._file = self._path.open("wb", buffering=BUFFER_BYTES)
        return self._file

    def hand_over(self) -> tuple[Path, ...]:
        """Return the files of all rows since the last call, and begin anew."""
        if self._file is None or self._path is None:
            return ()
        with writing_to_disk():
            self._file.close()
        path, self._file, self._path = self._path, None, None
        self.size = self.longest_line = 0
        return (path,)

    def close(self) -> None:
        """Let go of rows that nobody will ask for."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()


def _without_unheld(row: bytes) -> tuple[bytes, bool]:
    def replaced(found: re.Match[bytes]) -> bytes:
        return found[0] if found[2] else found[1] + b"\\ufffd"

    cleaned = _UNHELD.sub(replaced, row)
    return cleaned, cleaned != row
