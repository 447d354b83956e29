"""Failures as the user meets them: one sentence that names the remedy, and an exit code."""


class LoadError(Exception):
    """The load cannot go on before somebody changes something; the text is shown as it is."""

    exit_code = 1


class UsageError(LoadError):
    """Something that was typed is wrong: the URL, the config file, a stream's name."""

    exit_code = 2


class TryLater(LoadError):
    """Waiting may help; the exit code is EX_TEMPFAIL of sysexits.h."""

    exit_code = 75


class StreamRefused(LoadError):
    """The warehouse refuses the rows of one stream; the others can go on."""
