"""What the run could not check is said behind its result, in every run; no test is timed."""

import pytest
from hypothesis import settings

from unit_tests.described import DESCRIPTION

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the checks that need Intercom's own document, where it is absent."""
    if DESCRIPTION.exists():
        return
    terminalreporter.section("not checked", red=True, bold=True)
    terminalreporter.line(
        f"{DESCRIPTION} is absent. So it is not known whether unit_tests/intercom_facts.json is "
        "current, nor whether a sentence of Intercom's stands in this project."
    )
