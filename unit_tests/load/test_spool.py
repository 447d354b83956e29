"""The folders of loads: a private one each, and none left behind."""

import os
import tempfile

import pytest

from intercom_load.spool import PREFIX, YOUNG, private_folder


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A TMPDIR of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def age(folder):
    """Let more than the youth of a folder go by."""
    then = folder.stat().st_mtime - YOUNG - 1
    os.utime(folder, (then, then))


def test_a_folder_goes_with_its_load(room):
    """It is readable for its user alone, and removed at the end with all that is in it."""
    with private_folder() as folder:
        (folder / "config.json").write_text("{}")
        assert folder.stat().st_mode & 0o777 == 0o700
        assert folder.parent == room

    assert list(room.iterdir()) == []


def test_a_load_removes_what_a_killed_one_has_left(room):
    """Nobody holds the lock of its folder; other folders of TMPDIR stay."""
    for name in (f"{PREFIX}killed", "somebody-elses"):
        (room / name).mkdir()
        (room / name / "config.json").write_text("{}")
        age(room / name)

    with private_folder():
        assert not (room / f"{PREFIX}killed").exists()
    assert [each.name for each in room.iterdir()] == ["somebody-elses"]


@pytest.mark.usefixtures("room")
def test_a_load_leaves_the_folder_of_another_that_lives():
    """However long ago the other one has put something into it."""
    with private_folder() as other:
        age(other)
        with private_folder():
            assert other.exists()


def test_a_load_leaves_a_folder_that_is_not_yet_locked(room):
    """Another load has just made it, and locks it next."""
    (room / f"{PREFIX}begins").mkdir()

    with private_folder():
        assert (room / f"{PREFIX}begins").exists()
