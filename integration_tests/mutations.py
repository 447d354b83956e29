"""
Breaks each guard of the connector, one at a time, and shows that a test notices.

    python -m integration_tests.mutations            all of them, in a copy of the tree
    python -m integration_tests.mutations margin     those whose name contains "margin"
"""

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("source_intercom", "intercom_emulator", "integration_tests", "unit_tests")


@dataclass(frozen=True)
class Mutation:
    """One guard, broken: `old` of a file becomes `new`; `tests` should fail."""

    name: str
    file: str
    old: str
    new: str
    tests: str


MUTATIONS = (
    Mutation(
        "the lower bound at the slice's edge",
        "api/search.py",
        '"value": low - reach}',
        '"value": low}',
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "the upper bound at the slice's edge",
        "api/search.py",
        "min(high + reach, NEVER)",
        "min(high, NEVER)",
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "contacts searched as if to the second",
        "components/search_retriever.py",
        "return LONGEST_DAY if self.searches_by_day else SECOND",
        "return SECOND",
        "test_windows.py -k t6_contacts",
    ),
    Mutation(
        "no day longer than 25 hours",
        "api/search.py",
        "LONGEST_DAY = 27 * 3600",
        "LONGEST_DAY = 25 * 3600",
        "test_windows.py -k more_than_25_hours",
    ),
    Mutation(
        "the safety margin dropped",
        "api/slices.py",
        "SAFETY_MARGIN = 15 * 60",
        "SAFETY_MARGIN = 0",
        "test_parts.py -k t2",
    ),
    Mutation(
        "the margin claimed by a sync that broke off",
        "api/slices.py",
        "final = self.end - SAFETY_MARGIN - self.lookback",
        "final = self.end",
        "test_kills.py -k leaves_the_margin",
    ),
    Mutation(
        "state past the slices that were read",
        "api/slices.py",
        "        if not pieces:\n",
        "        if pieces is not None:\n",
        "test_kills.py -k covers_only",
    ),
    Mutation(
        "state past T0",
        "api/slices.py",
        "rfc3339(max(self.end, self.watermark or 0))",
        "rfc3339(max(self.end + 3600, self.watermark or 0))",
        "test_state.py -k only_moves_on",
    ),
    Mutation(
        "a state of the future believed",
        "api/slices.py",
        "watermark = min(saved, t0)",
        "watermark = saved",
        "test_state.py -k future",
    ),
    Mutation(
        "state before the rows that it claims",
        "components/search_retriever.py",
        "            yield from self.emit(records_schema, iter(batch.rows))\n"
        "            yield from self.settle(batch)\n",
        "            yield from self.settle(batch)\n"
        "            yield from self.emit(records_schema, iter(batch.rows))\n",
        "test_kills.py -k covers_only",
    ),
    Mutation(
        "a position taken from rows that have not settled",
        "components/search_retriever.py",
        "elif moments.updated_at <= settled:",
        "else:",
        "test_kills.py -k late_index",
    ),
    Mutation(
        "a position that includes the last row's second",
        "components/search_retriever.py",
        "return self.piece.between(max(last, self.piece.low), self.piece.high)",
        "return self.piece.between(max(last + 1, self.piece.low), self.piece.high)",
        "test_kills.py -k covers_only",
    ),
    Mutation(
        "rows outside of the slice passed on",
        "components/search_retriever.py",
        "if lane.piece.holds(*each) or (lane.number and",
        "if lane or (lane.number and",
        "test_windows.py -k 't6_contacts or quiet'",
    ),
    Mutation(
        "rows of the cut passed on twice",
        "components/search_retriever.py",
        " and not any(piece.holds(*each) for piece in pieces)",
        "",
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "a gap between two slices",
        "api/slices.py",
        "self.between(middle + 1, self.high)]",
        "self.between(middle + 2, self.high)]",
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "reading downwards ends at the first row of the slice's start",
        "components/search_retriever.py",
        "return self.last < self.piece.low if",
        "return self.last <= self.piece.low if",
        "test_windows.py -k second_of_its_start",
    ),
    Mutation(
        "a search's repeated page token followed",
        "components/search_retriever.py",
        "if lane.starting_after in lane.asked:",
        "if lane.starting_after in ():",
        "test_answers.py -k 'repeats and contacts'",
    ),
    Mutation(
        "a list's repeated page token followed",
        "components/list_retriever.py",
        "if token in asked:",
        "if token in ():",
        "test_answers.py -k 'repeats and articles'",
    ),
    Mutation(
        "a failing page never halved",
        "components/search_retriever.py",
        "lane.per_page //= 2",
        "lane.per_page = 1 if lane.asked else 2",
        "test_answers.py -k t32_the_page_grows_back",
    ),
    Mutation(
        "page numbers of a search believed",
        "components/search_retriever.py",
        'if not page.body["pages"].get("next"):',
        'if page.body["pages"] is None:',
        "test_answers.py -k t32_a_page",
    ),
    Mutation(
        "no envelope check",
        "api/pages.py",
        "if not isinstance(rows, list) or not all(type(row) is dict for row in rows):",
        "rows = rows or []\n    if not isinstance(rows, list):",
        "test_answers.py -k 't34_what_stays and wrong_envelope'",
    ),
    Mutation(
        "a body that is no JSON taken for an empty page",
        "api/pages.py",
        "        body = orjson.loads(content)\n",
        '        body = orjson.loads(content) if content[:1] == b"{" else {"data": []}\n',
        "test_answers.py -k 't34_what_stays and html'",
    ),
    Mutation(
        "a missing pages object taken for the last page",
        "api/pages.py",
        "if paged and not isinstance(pages, dict):",
        "if paged is None:",
        "test_answers.py -k without_its_pages",
    ),
    Mutation(
        "absolute URLs of the next page not followed",
        "api/pages.py",
        "if isinstance(following, str) and following:",
        "if isinstance(following, bytes):",
        "test_answers.py -k 't46_every_list and url'",
    ),
    Mutation(
        "a list that shrinks taken as it is",
        "components/list_retriever.py",
        "page.total_count < total:",
        "page.total_count < 0:",
        "test_answers.py -k shrinks",
    ),
    Mutation(
        "parts filtered by their own date",
        "components/parts_retriever.py",
        "            for part in parts\n        ]",
        "            for part in parts\n"
        '            if part["updated_at"] >= self.sync.start_date\n'
        "        ]",
        "test_parts.py -k t1",
    ),
    Mutation(
        "a broken detail taken for a vanished one",
        "components/parts_retriever.py",
        "if not error.is_gone:",
        "if error.refusal is None and not error.is_transient:",
        "test_parts.py -k stays_broken",
    ),
    Mutation(
        "a vanished conversation that ends the stream",
        "components/parts_retriever.py",
        "if not error.is_gone:",
        "if error:",
        "test_parts.py -k t19",
    ),
    Mutation(
        "parts beyond 500 left unsaid",
        "components/parts_retriever.py",
        "if len(parts) < total:\n            logger",
        "if len(parts) < 0:\n            logger",
        "test_parts.py -k beyond_500",
    ),
    Mutation(
        "a 404 of the scroll taken for its end",
        "components/scroll_retriever.py",
        "return _meaning_of_404(len(page.rows), most)",
        "return None",
        "test_companies.py -k 't10_t30 and 404'",
    ),
    Mutation(
        "a page of the scroll asked for twice",
        "components/scroll_retriever.py",
        '"scroll_param": str(token)}, tries=1)',
        '"scroll_param": str(token)}, tries=3)',
        "test_companies.py -k 't10_t30 and reset'",
    ),
    Mutation(
        "companies emitted while they are scrolled",
        "components/scroll_retriever.py",
        "            spool.clear()\n            trouble",
        "            trouble",
        "test_companies.py -k 'go_while or t10'",
    ),
    Mutation(
        "any 400 waited for as if a scroll were open",
        "components/scroll_retriever.py",
        'error.refusal.code != "scroll_exists"',
        "error.refusal.status != 400",
        "test_companies.py -k t29",
    ),
    Mutation(
        "no read timeout",
        "client.py",
        "timeout=(CONNECT_SECONDS, READ_SECONDS)",
        "timeout=(CONNECT_SECONDS, None)",
        "test_answers.py -k 't33 and hang and tags'",
    ),
    Mutation(
        "a 429 without headers not waited for",
        "client.py",
        "self.sleep(min(2.0**refused, 10.0))",
        "self.sleep(0)",
        "test_rate_limit.py -k odd_headers",
    ),
    Mutation(
        "records queued by count as the CDK does",
        "source.py",
        "QUEUE_ITEMS = 200",
        "QUEUE_ITEMS = 10_000",
        "test_memory.py -k slow_reader",
    ),
)


def failing_test(folder: Path, tests: str) -> str | None:
    """The first test that fails in a copy of the tree; None if all pass."""
    file, _, chosen = tests.partition(" -k ")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    command += ["-m", "not soak", "--timeout", "90", f"integration_tests/{file}"]
    command += ["-k", chosen.strip("'")] if chosen else []
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    if found := re.search(r"^(?:FAILED|ERROR) (\S+?)(?: - |$)", done.stdout, re.MULTILINE):
        return found[1].removeprefix("integration_tests/")
    if "Timeout" in done.stdout + done.stderr:
        return f"{tests} (ran into its time limit)"
    return f"NO TEST RAN: {done.stdout[-300:]}"


def main(words: list[str]) -> int:
    """Print a table of mutations and the tests that fail; 1 if one survived."""
    survived = 0
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for folder in FOLDERS:
            shutil.copytree(ROOT / folder, copy / folder)
        for file in ("pyproject.toml", "main.py"):
            shutil.copy(ROOT / file, copy / file)
        for mutation in MUTATIONS:
            if words and not any(word in mutation.name for word in words):
                continue
            path = copy / "source_intercom" / mutation.file
            text = path.read_text()
            if text.count(mutation.old) != 1:
                sys.stdout.write(f"| {mutation.name} | DOES NOT APPLY |\n")
                survived += 1
                continue
            path.write_text(text.replace(mutation.old, mutation.new))
            found = failing_test(copy, mutation.tests)
            path.write_text(text)
            survived += found is None
            sys.stdout.write(f"| {mutation.name} | {found or 'SURVIVED'} |\n")
            sys.stdout.flush()
    return min(survived, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
