"""What the user sees while a load runs and when it has ended."""

import io
import re
import time

from rich.console import Console

from intercom_load.progress import Progress, StreamResult, summary_table


def test_without_a_terminal_plain_lines_tell_how_far_it_is():
    """Every few seconds one line with the rows of what is being read, and one for each end."""
    output = io.StringIO()
    with Progress(Console(file=output), interval=0.02) as progress:
        progress.begin(["contacts", "tags"])
        progress.stream_started("contacts")
        for _ in range(1500):
            progress.row_read("contacts")
        while "reading contacts 1,500 rows\n" not in output.getvalue():
            time.sleep(0.01)
        progress.stream_ended("contacts", "done")

    assert re.search(r"contacts: done, 1,500 rows in \d+\.\d s\n", output.getvalue())


def test_on_a_terminal_a_live_table_is_drawn_and_taken_away():
    """The display shows the counts and leaves room for the summary."""
    output = io.StringIO()
    console = Console(file=output, force_terminal=True, width=80)
    with Progress(console) as progress:
        progress.begin(["contacts"])
        progress.stream_started("contacts")
        progress.row_read("contacts")

    assert "rows read" in output.getvalue()
    assert "\x1b[2K" in output.getvalue()  # lines erased


def test_the_summary_has_a_line_for_each_stream():
    """Rows read, rows in the table, seconds; a stream without a table or with an error shows it."""
    output = io.StringIO()
    Console(file=output, width=80).print(
        summary_table(
            [
                StreamResult("contacts", "intercom_contacts", 1500, 3000, 3001, 4.2),
                StreamResult("tags", "intercom_tags", error="No permission."),
            ]
        )
    )

    header, contacts, tags = (line.split() for line in output.getvalue().splitlines())
    assert " ".join(header) == "table rows read rows in table in Intercom seconds"
    assert contacts == ["intercom_contacts", "1,500", "3,000", "3,001", "4.2"]
    assert tags == ["intercom_tags", "0", "-", "-", "0.0", "failed"]


def test_quiet_shows_warnings_alone():
    """No counts, no ends; a warning begins with its time."""
    output = io.StringIO()
    with Progress(Console(file=output), quiet=True, interval=0.01) as progress:
        progress.begin(["contacts"])
        progress.stream_started("contacts")
        time.sleep(0.05)
        progress.stream_ended("contacts", "done")
        progress.warn("WARN [red]500 of 600")

    assert re.fullmatch(r"\d{4}-\d\d-\d\d [\d:]{8}Z  WARN \[red\]500 of 600\n", output.getvalue())
