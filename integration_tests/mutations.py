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
FOLDERS = ("source_intercom", "intercom_emulator", "integration_tests", "unit_tests", "docs")


@dataclass(frozen=True)
class Mutation:
    """
    One guard, broken: `old` of a file becomes `new`; `tests` should fail.

    A test file without a folder lies in integration_tests.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str


MUTATIONS = (
    Mutation(
        "the lower bound at the slice's edge",
        "intercom/search_body.py",
        '"value": low - reach}',
        '"value": low}',
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "the upper bound at the slice's edge",
        "intercom/search_body.py",
        "_below(field, high + reach)",
        "_below(field, high)",
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "contacts searched as if to the second",
        "reading/search.py",
        "self._reach = LONGEST_DAY if by_day else SECOND",
        "self._reach = SECOND",
        "test_windows.py -k of_every_hour",
    ),
    Mutation(
        "no day longer than 25 hours",
        "intercom/search_body.py",
        "LONGEST_DAY = 27 * 3600",
        "LONGEST_DAY = 25 * 3600",
        "test_windows.py -k more_than_25_hours",
    ),
    Mutation(
        "the safety margin dropped",
        "reading/window.py",
        "SAFETY_MARGIN = 15 * 60",
        "SAFETY_MARGIN = 0",
        "test_parts.py -k t2",
    ),
    Mutation(
        "the margin claimed by a sync that broke off",
        "reading/window.py",
        "        return self.end - SAFETY_MARGIN - self.lookback",
        "        return self.end",
        "test_kills.py -k leaves_the_margin",
    ),
    Mutation(
        "state past the slices that were read",
        "reading/window.py",
        "        if not pieces:\n",
        "        if pieces is not None:\n",
        "test_kills.py -k covers_only",
    ),
    Mutation(
        "state past T0",
        "reading/window.py",
        "rfc3339(max(self.end, self.watermark or 0))",
        "rfc3339(max(self.end + 3600, self.watermark or 0))",
        "test_state.py -k only_moves_on",
    ),
    Mutation(
        "a state of the future believed",
        "reading/window.py",
        "watermark = min(saved, t0)",
        "watermark = saved",
        "test_state.py -k future",
    ),
    Mutation(
        "a state of another workspace believed",
        "tables/cursor.py",
        "if workspace and saved_for and workspace != saved_for:",
        "if False:",
        "test_state.py -k workspace",
    ),
    Mutation(
        "state before the rows that it claims",
        "tables/table.py",
        "            yield from self._flush()\n            yield message\n",
        "            yield message\n",
        "test_kills.py -k covers_only",
    ),
    Mutation(
        "a position taken from rows that have not settled",
        "reading/lanes.py",
        "if each is not None and each <= settled]",
        "if each is not None]",
        "test_kills.py -k late_index",
    ),
    Mutation(
        "a position that includes the last row's second",
        "reading/lanes.py",
        "max(last, self.piece.low), self.piece.high",
        "max(last + 1, self.piece.low), self.piece.high",
        "unit_tests/reading/test_lanes.py",
    ),
    Mutation(
        "rows outside of the slice passed on",
        "reading/lanes.py",
        "self.piece.holds(moment, value)",
        "self.piece.end > 0",
        "test_windows.py -k 't6_contacts or quiet'",
    ),
    Mutation(
        "rows emitted before a cut passed on again",
        "reading/lanes.py",
        "            and not (self.emitted and",
        "            and not ([] and",
        "test_windows.py -k begins_within_a_page",
    ),
    Mutation(
        "emitted rows forgotten with each page",
        "reading/lanes.py",
        "self.behind | found if before == self.last else found",
        "found",
        "unit_tests/reading/test_lanes.py",
    ),
    Mutation(
        "a lane cut behind rows that have not settled",
        "reading/search.py",
        "len(page.sure) == len(page.rows) > 0",
        "len(page.sure) > 0",
        "test_kills.py -k reads_nothing_twice",
    ),
    Mutation(
        "a slice's pieces listed as unread beside it",
        "tables/cursor.py",
        "self._unread = less(self._unread, read)",
        "self._unread = (*self._unread, *less(self._unread, read))",
        "unit_tests/tables/test_cursor.py",
    ),
    Mutation(
        "a cut slice's pieces never listed",
        "reading/search.py",
        "            return [added, lane]\n",
        "            return [lane]\n",
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "an empty page taken for the end",
        "reading/search.py",
        "if lane.starting_after is None or lane.is_past:",
        "if not page.rows or lane.starting_after is None or lane.is_past:",
        "test_windows.py -k all_gone",
    ),
    Mutation(
        "rows newer than the window dropped",
        "reading/lanes.py",
        "or (moment is not None and moment > newest)",
        "or False",
        "unit_tests/streams/test_searches.py -k t13",
    ),
    Mutation(
        "what changes during a sync left to the next",
        "reading/search.py",
        "if pages <= 1 or now <= walked_at or window.watermark is not None:",
        "if pages >= 0:",
        "test_windows.py -k written_anew",
    ),
    Mutation(
        "a full second not ordered by creation",
        "reading/search.py",
        "        is_stuck = lane.is_stuck(page)\n",
        "        is_stuck = False\n",
        "test_kills.py -k 'at_most_5000_rows and shared_second'",
    ),
    Mutation(
        "an overlap of two slices",
        "reading/window.py",
        "min(part.low - 1, self.high)",
        "min(part.low, self.high)",
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "a quiet day of contacts read upwards",
        "reading/search.py",
        "self._by_day and piece.created is None and piece.end >= window.end",
        "False",
        "test_windows.py -k does_not_read_the_day_before",
    ),
    Mutation(
        "a lane ended at the search's end, not at its piece's",
        "reading/lanes.py",
        "else last > self.piece.high",
        "else last > self.search.high",
        "test_windows.py -k t8",
    ),
    Mutation(
        "a cut lane's page tokens used for another search",
        "reading/search.py",
        "            lane.search,\n",
        "            lane.piece,\n",
        "test_windows.py -k page_token",
    ),
    Mutation(
        "rows taken from the lane below that it has read",
        "reading/lanes.py",
        "if edge <= max(lane.piece.low, last):",
        "if edge <= lane.piece.low:",
        "unit_tests/reading/test_lanes.py",
    ),
    Mutation(
        "rows taken from the lane below, and left to it as well",
        "reading/lanes.py",
        "        lane.piece = lane.piece.between(lane.piece.low, edge - 1)\n",
        "",
        "unit_tests/reading/test_lanes.py",
    ),
    Mutation(
        "a moment outside of its piece ordered by creation",
        "reading/lanes.py",
        "            and self.piece.low <= trail.last <= self.piece.high\n",
        "",
        "unit_tests/reading/test_lanes.py",
    ),
    Mutation(
        "rows that have not settled divided between lanes",
        "reading/lanes.py",
        "            middle = min(middle, page.settled)\n",
        "            pass\n",
        "unit_tests/reading/test_lanes.py",
    ),
    Mutation(
        "dates compared by what Intercom refuses",
        "intercom/search_body.py",
        '"operator": ">"',
        '"operator": ">="',
        "test_windows.py -k t7",
    ),
    Mutation(
        "the user's lookback dropped",
        "reading/window.py",
        "start = watermark - SAFETY_MARGIN - lookback",
        "start = watermark - SAFETY_MARGIN",
        "unit_tests/streams/test_searches.py -k lookback",
    ),
    Mutation(
        "a state that falls behind the one before",
        "reading/window.py",
        "self.start - 1 if self.watermark is None else self.watermark)",
        "self.start - 1)",
        "unit_tests/reading/test_window.py -k never_moves_backwards",
    ),
    Mutation(
        "a state that says nothing taken for the present",
        "reading/window.py",
        "        if saved is None:\n",
        "        saved = t0 if saved is None and state else saved\n        if saved is None:\n",
        "test_state.py -k says_nothing",
    ),
    Mutation(
        "an unread slice that can't be read left out",
        "reading/window.py",
        "            case _:\n                return None\n",
        "            case _:\n                continue\n",
        "test_state.py -k half",
    ),
    Mutation(
        "no state before the end",
        "tables/cursor.py",
        "if not is_due and rows - self._rows_before < CHECKPOINT_ROWS and self._unread:",
        "if self._unread:",
        "test_kills.py -k 'at_most_5000_rows and not shared_second'",
    ),
    Mutation(
        "T0 by our own clock",
        "session.py",
        "        return self.client.clock.first\n",
        "        return int(self.client._ours())\n",
        "test_rate_limit.py -k only_intercoms_clock",
    ),
    Mutation(
        "a gap between two slices",
        "reading/window.py",
        "min(part.low - 1, self.high)",
        "min(part.low - 2, self.high)",
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "reading downwards ends at the first row of the slice's start",
        "reading/lanes.py",
        "return last < self.piece.low if",
        "return last <= self.piece.low if",
        "test_windows.py -k second_of_its_start",
    ),
    Mutation(
        "a search's repeated page token followed",
        "reading/search.py",
        "if lane.starting_after in lane.asked or",
        "if lane.starting_after in () or",
        "test_answers.py -k 'repeats and contacts'",
    ),
    Mutation(
        "a list's repeated page token followed",
        "reading/lists.py",
        "if token in asked or",
        "if token in () or",
        "test_answers.py -k 'repeats and articles'",
    ),
    Mutation(
        "a failing page never halved",
        "reading/search.py",
        "if not may_pass or request.per_page == 1:",
        "if not may_pass or request.per_page >= 1:",
        "test_answers.py -k t32_a_page",
    ),
    Mutation(
        "a halved page that never grows back",
        "reading/search.py",
        "min(request.per_page * 2, PAGE_SIZE, _fitting(page))",
        "min(request.per_page, PAGE_SIZE, _fitting(page))",
        "test_answers.py -k t32_the_page_grows_back",
    ),
    Mutation(
        "page numbers of a search believed",
        "reading/search.py",
        'if page.body["pages"].get("next"):',
        'if page.body["pages"] is not None:',
        "test_answers.py -k t32_a_page",
    ),
    Mutation(
        "no envelope check",
        "intercom/pages.py",
        "    if rows is None or not (lenient or are_rows(rows)):",
        "    rows = rows or []\n    if rows is None:",
        "test_answers.py -k 't34_what_stays and wrong_envelope'",
    ),
    Mutation(
        "a body that is no JSON taken for an empty page",
        "intercom/pages.py",
        "        return from_json(content)\n",
        '        return from_json(content) if content[:1] == b"{" else {"data": []}\n',
        "test_answers.py -k 't34_what_stays and html'",
    ),
    Mutation(
        "a missing pages object taken for the last page",
        "intercom/pages.py",
        'if paged and pages is None and "has_more" not in body:',
        "if paged is None:",
        "test_answers.py -k without_its_pages",
    ),
    Mutation(
        "absolute URLs of the next page not followed",
        "intercom/pages.py",
        "if isinstance(following, str) and following:",
        "if isinstance(following, bytes):",
        "test_answers.py -k 't46_every_list and url'",
    ),
    Mutation(
        "a list that shrinks taken as it is",
        "reading/lists.py",
        "self.has_shrunk |= page.total_count < self.total",
        "self.has_shrunk |= False",
        "test_answers.py -k shrinks",
    ),
    Mutation(
        "a list shorter than its count taken as whole",
        "reading/lists.py",
        "return found + self.lost >= self.total",
        "return True",
        "test_answers.py -k shorter_than_its_count",
    ),
    Mutation(
        "a list that isn't sorted ended early",
        "reading/lists.py",
        "                self._is_sorted = False\n                return False\n",
        "                pass\n",
        "unit_tests/streams/test_lists.py -k out_of_order",
    ),
    Mutation(
        "articles of the window's first second ended at",
        "reading/lists.py",
        "self._last < self._until",
        "self._last <= self._until",
        "test_answers.py -k first_second",
    ),
    Mutation(
        "a list without its pages taken for the last page",
        "reading/lists.py",
        "paged = self._form.paged or not is_first",
        "paged = False",
        "test_answers.py -k list_without_its_pages",
    ),
    Mutation(
        "redirects followed",
        "http/client.py",
        "allow_redirects=False",
        "allow_redirects=True",
        "test_sign_in.py -k redirect",
    ),
    Mutation(
        "parts filtered by their own date",
        "tables/calling.py",
        "rows = self._rows.of_entries(answer.entries, answer.parent)",
        "late = [one for one in answer.entries if one['updated_at'] >= self.window.start]\n"
        "        rows = self._rows.of_entries(late, answer.parent)",
        "test_parts.py -k t1",
    ),
    Mutation(
        "a broken detail taken for a vanished one",
        "tables/table.py",
        "if error.is_gone and error.refusal is not None and error.refusal.is_own:",
        "if True:",
        "test_bad_rows.py -k first_sync_that_can",
    ),
    Mutation(
        "a conversation of its own trouble that ends the stream",
        "tables/details.py",
        "if not error.may_be_the_objects:",
        "if error:",
        "test_bad_rows.py -k stops_no_other",
    ),
    Mutation(
        "a conversation that can't be read forgotten",
        "tables/table.py",
        "unsettled.keep(name, updated_at, is_doubtful=error.is_gone)",
        "unsettled.settle(name)",
        "test_bad_rows.py -k stops_no_other",
    ),
    Mutation(
        "any number of unread conversations kept as exceptions",
        "tables/unsettled.py",
        "return self.failed > FEW and self.failed > self.read",
        "return False",
        "test_bad_rows.py -k outage",
    ),
    Mutation(
        "conversations that an outage calls gone believed",
        "tables/unsettled.py",
        "if self.read <= self.failed:",
        "if self.read < 0:",
        "test_doubts.py -k all_vanished",
    ),
    Mutation(
        "unread conversations kept without a bound",
        "tables/unsettled.py",
        "len(self._attempts) >= MOST",
        "len(self._attempts) < 0",
        "test_bad_rows.py -k bounded",
    ),
    Mutation(
        "a sync that could read no conversation taken for a success",
        "tables/table.py",
        "and self.unsettled.failed and not self.unsettled.read:",
        "and self.unsettled.failed < 0:",
        "test_bad_rows.py -k told_once",
    ),
    Mutation(
        "a row that no page can show hiding those behind it",
        "reading/search.py",
        "        return [around]\n",
        "        return []\n",
        "test_bad_rows.py -k no_page_can_show",
    ),
    Mutation(
        "a search's page that repeats rows believed",
        "reading/search.py",
        "if lane.is_claimed and lane.trail.is_repeated(placed):",
        "if not lane:",
        "test_repeats.py -k second_page",
    ),
    Mutation(
        "rows counted, not different ids",
        "reading/seen.py",
        "len({each for each in chain(hashes, self._hashes) if each % shares == share})",
        "len([each for each in chain(hashes, self._hashes) if each % shares == share])",
        "test_repeats.py -k last_minutes",
    ),
    Mutation(
        "a list that repeats rows believed",
        "reading/lists.py",
        "and not reading.repeats:",
        "and reading.total:",
        "test_repeats.py -k articles",
    ),
    Mutation(
        "a scroll's repeated page followed",
        "reading/scroll.py",
        "if not spool.add(page.rows):",
        "if spool.add(page.rows) < 0:",
        "test_repeats.py -k scroll_that_shows",
    ),
    Mutation(
        "an answer without a page taken for the scroll's end",
        "reading/scroll.py",
        "return found == expected or (is_confirmed and found >= (expected or 0))",
        "return True",
        "test_repeats.py -k mid_scroll",
    ),
    Mutation(
        "state past conversations whose parts are still fetched",
        "tables/details.py",
        "        self._waiting[-1].read.append(read)\n",
        "        self._waiting[0].read.append(read)\n",
        "test_kills.py -k 'covers_only and parts'",
    ),
    Mutation(
        "a short list of parts taken as it is",
        "tables/calls.py",
        "if len(entries) >= min(counted, MOST_PARTS) or attempt == SHORT_TRIES:",
        "if entries or attempt == SHORT_TRIES:",
        "unit_tests/streams/test_searches.py -k short_thread",
    ),
    Mutation(
        "parts beyond 500 left unsaid",
        "tables/calls.py",
        "        if len(entries) < counted:\n",
        "        if len(entries) < 0:\n",
        "test_parts.py -k beyond_500",
    ),
    Mutation(
        "a 404 of the scroll taken for its end",
        "reading/scroll.py",
        'return "it expired" if is_full else MAYBE_ENDED',
        "return None",
        "test_companies.py -k 't10_t30 and 404'",
    ),
    Mutation(
        "a page of the scroll asked for twice",
        "reading/scroll.py",
        'params={"scroll_param": token}, tries=1)',
        'params={"scroll_param": token}, tries=3)',
        "test_companies.py -k 't10_t30 and reset'",
    ),
    Mutation(
        "companies emitted while they are scrolled",
        "reading/scroll.py",
        "            self.fill(spool)\n            yield from spool.batches(window)\n",
        "            page = self._first_page()\n"
        "            while page is not None and page.rows:\n"
        "                yield Batch(page.rows, [None] * len(page.rows))\n"
        '                page = self._next_page(str(page.body.get("scroll_param")))\n'
        "            self.fill(spool)\n"
        "            yield from spool.batches(window)\n",
        "test_companies.py -k t27",
    ),
    Mutation(
        "companies of a scroll that broke off kept",
        "reading/scroll.py",
        "            spool.clear()\n            trouble",
        "            trouble",
        "test_companies.py -k 'broke_off'",
    ),
    Mutation(
        "a scroll begun for ever",
        "reading/scroll.py",
        "ATTEMPTS = 5\n",
        "ATTEMPTS = 500\n",
        "test_companies.py -k never_gets_through",
    ),
    Mutation(
        "somebody else's scroll not waited out",
        "reading/scroll.py",
        "EXISTS_SECONDS = 65.0",
        "EXISTS_SECONDS = 5.0",
        "test_companies.py -k t28_somebody",
    ),
    Mutation(
        "any 400 waited for as if a scroll were open",
        "reading/scroll.py",
        'error.refusal.code != "scroll_exists"',
        "error.refusal.status != 400",
        "test_companies.py -k t29",
    ),
    Mutation(
        "no read timeout",
        "http/client.py",
        "min(READ_SECONDS, patience)",
        "None",
        "test_answers.py -k 't33 and hang and tags'",
    ),
    Mutation(
        "a rate limit given up on after some refusals",
        "http/client.py",
        "RATE_LIMIT_TRIES = 40",
        "RATE_LIMIT_TRIES = 4",
        "test_rate_limit.py -k for_minutes",
    ),
    Mutation(
        "no connect timeout",
        "http/client.py",
        "min(CONNECT_SECONDS, patience)",
        "None",
        "unit_tests/streams/test_lists.py -k time_limit",
    ),
    Mutation(
        "a 429 that leaves its window as it was",
        "intercom/rate_limit.py",
        "                self._left = 0\n",
        "                pass\n",
        "unit_tests/intercom/test_rate_limit.py -k t24",
    ),
    Mutation(
        "the reset read on our own clock",
        "intercom/rate_limit.py",
        "stated.reset - (self._offset or 0.0)",
        "float(stated.reset)",
        "unit_tests/intercom/test_rate_limit.py -k t24",
    ),
    Mutation(
        "a rate limit that isn't a number believed",
        "intercom/rate_limit.py",
        "except (KeyError, ValueError):",
        "except KeyError:",
        "test_rate_limit.py -k odd_headers",
    ),
    Mutation(
        "a missing permission taken for no rows",
        "http/client.py",
        "                if not refusal.is_retriable:\n",
        "                if refusal.status in (401, 403):\n"
        '                    return parse(b\'{"data": [], "pages": {}}\')\n'
        "                if not refusal.is_retriable:\n",
        "test_permissions.py -k t20_a_missing",
    ),
    Mutation(
        "pages as large as they come",
        "reading/search.py",
        "PAGE_BYTES = 4_000_000",
        "PAGE_BYTES = 4_000_000_000",
        "test_memory.py -k small_pages",
    ),
    Mutation(
        "as many pages at once as there are workers",
        "reading/search.py",
        "BYTES_AHEAD = 16_000_000",
        "BYTES_AHEAD = 16_000_000_000",
        "test_memory.py -k slow_reader",
    ),
    Mutation(
        "as many details at once as there are workers",
        "tables/details.py",
        "return min(self._concurrency.value, BYTES_AHEAD // max(self._size, 1) + 1)",
        "return 2 * self.sync.num_workers",
        "test_memory.py -k long_threads",
    ),
    Mutation(
        "rows packed without a bound",
        "tables/record_lines.py",
        "MOST_BYTES = 256_000",
        "MOST_BYTES = 256_000_000",
        "test_memory.py -k slow_reader",
    ),
    Mutation(
        "state before the rows that are still being packed",
        "tables/table.py",
        "        for message in self._packer.pack():\n",
        "        for message in self._packer.add([]):\n",
        "test_kills.py -k covers_only",
    ),
    Mutation(
        "rows of a packed message counted as one",
        "entrypoint.py",
        "+= message.count",
        "+= 1",
        "test_output.py -k each_state",
    ),
    Mutation(
        "a refusal of a proxy's taken for a missing permission",
        "intercom/errors.py",
        "or (not self.is_own and self.status in REFUSALS)",
        "or False",
        "test_errors.py -k not_intercoms_own",
    ),
    Mutation(
        "a count that errs keeping companies back for ever",
        "reading/scroll.py",
        "        if trouble is None and is_confirmed and found:\n",
        "        if trouble is None and found < 0:\n",
        "test_companies.py -k count",
    ),
    Mutation(
        "a scroll that is short of the count believed at once",
        "reading/scroll.py",
        "        if trouble is None and is_confirmed and found:\n",
        "        if trouble is None and found:\n",
        "unit_tests/streams/test_companies.py -k count",
    ),
    Mutation(
        "companies emitted in the order of the scroll",
        "reading/spool.py",
        "sorted(due, key=moments.__getitem__)",
        "list(due)",
        "test_kills.py -k 'any_message or at_most_5000'",
    ),
    Mutation(
        "SIGTERM left to kill in the midst of a line",
        "run.py",
        "        if frame.f_code in WRITING:",
        "        os._exit(128 + signal.SIGTERM)\n        if frame.f_code in WRITING:",
        "test_kills.py -k sigterm",
    ),
    Mutation(
        "SIGTERM waiting for what is under way",
        "run.py",
        "        _leave(0 if _Ended.has_answered else 128 + end.number)",
        "        raise",
        "test_kills.py -k sigterm",
    ),
    Mutation(
        "records queued by count as the CDK does",
        "source.py",
        "QUEUE_ITEMS = 16",
        "QUEUE_ITEMS = 10_000",
        "test_memory.py -k slow_reader",
    ),
    Mutation(
        "a last page short of its count believed",
        "reading/search.py",
        "if page.following is not None or request.counted is None:",
        "if True:",
        "test_doubts.py -k 'full_page or short_of_its_count'",
    ),
    Mutation(
        "a count overruled that no page could have held",
        "reading/search.py",
        "if not could_hold or request.doubted != doubted:",
        "if request.doubted != doubted:",
        "test_doubts.py -k overruled",
    ),
    Mutation(
        "rows in front of a slice handed on as emitted",
        "reading/lanes.py",
        "self.emitted | self.trail.behind if is_inside else self.emitted",
        "self.emitted | self.trail.behind",
        "unit_tests/reading/test_lanes.py",
    ),
    Mutation(
        "rows without a creation hidden from an order by it",
        "intercom/search_body.py",
        "[_below(field, high + reach)] * (high < FOREVER)",
        "[_below(field, min(high + reach, NEVER))]",
        "test_doubts.py -k full_second",
    ),
    Mutation(
        "what was indexed late left out of a table written anew",
        "reading/search.py",
        "since, walked_at = window.end - SAFETY_MARGIN, window.end",
        "since, walked_at = window.end + 1, window.end",
        "test_windows.py -k topmost",
    ),
    Mutation(
        "what changed twice left out of a table written anew",
        "reading/lanes.py",
        "newest = window_end if self.is_claimed else self.piece.end",
        "newest = window_end if self.is_claimed else 2 * self.piece.end",
        "test_windows.py -k topmost",
    ),
    Mutation(
        "a scroll that brings none believed",
        "reading/scroll.py",
        "if trouble is None and is_confirmed and found:",
        "if trouble is None and is_confirmed:",
        "test_companies.py -k never_believed",
    ),
    Mutation(
        "a check passed where nothing can be read",
        "check.py",
        "    if any(not isinstance(each.answer, IntercomError) for each in questions):\n",
        "    if questions:\n",
        "test_check.py -k opens_no_stream",
    ),
    Mutation(
        "an order that nothing has shown believed",
        "reading/lanes.py",
        "    has_moved: bool = False",
        "    has_moved: bool = True",
        "test_doubts.py -k sort_that_is_ignored",
    ),
    Mutation(
        "a T0 later than other dates of Intercom's believed",
        "http/clock.py",
        "if date < self.first - SLACK:",
        "if date < self.first - 10 * 3600:",
        "test_doubts.py -k first_date",
    ),
    Mutation(
        "a list that shrank in the same way twice taken as whole",
        "reading/lists.py",
        "if before is not None and found == spool.ids",
        "if before is not None and len(found) == len(spool.ids)",
        "test_doubts.py -k come_and_go",
    ),
    Mutation(
        "parts found before a failure left unsettled",
        "tables/family.py",
        "                yield from _guarded(table, table.drain())\n",
        "",
        "test_doubts.py -k settled",
    ),
    Mutation(
        "slices of failed syncs never joined",
        "reading/window.py",
        "piece.start <= last.end + 1:",
        "piece.start < last.start:",
        "test_doubts.py -k one_slice",
    ),
    Mutation(
        "a full refresh that goes on from a state",
        "source.py",
        "for name in saved.keys() - whole}",
        "for name in saved}",
        "test_doubts.py -k full_refresh",
    ),
    Mutation(
        "an empty object taken for a row",
        "intercom/pages.py",
        "type(row) is dict and row for row",
        "type(row) is dict for row",
        "test_doubts.py -k row_that_is_none",
    ),
    Mutation(
        "a check that waits as long as a sync",
        "check.py",
        "    session.client.end_within(SECONDS)\n",
        "",
        "test_check.py -k within_a_minute",
    ),
)


def failing_test(folder: Path, tests: str) -> str | None:
    """The first test that fails in a copy of the tree; None if all pass."""
    file, _, chosen = tests.partition(" -k ")
    command = [sys.executable, "-m", "pytest", "-x", "-v", "--no-header", "-p", "no:cacheprovider"]
    command += ["-m", "not soak", "--timeout", "90", "--timeout-method", "thread"]
    command += [file if "/" in file else f"integration_tests/{file}"]
    command += ["-k", chosen.strip("'")] if chosen else []
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    if found := re.search(r"^(?:FAILED|ERROR) (\S+::.+?)(?: - |$)", done.stdout, re.MULTILINE):
        return found[1].removeprefix("integration_tests/")
    if "Timeout" in done.stdout + done.stderr:
        started = re.findall(r"^\S+::\S+", done.stdout, re.MULTILINE)[-1]
        return f"{started.removeprefix('integration_tests/')} (never ends)"
    message = f"{tests}: no test ran:\n{done.stdout[-300:]}"
    raise RuntimeError(message)


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
