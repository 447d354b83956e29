"""Failures as the user meets them: one sentence that names the remedy."""


class LoadError(Exception):
    """The load cannot go on; the text is shown to the user as it is."""

    exit_code = 1


class UsageError(LoadError):
    """Something that was typed is wrong: the URL, the config file, a stream's name."""

    exit_code = 2
