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
        "api/search.py",
        '"value": low - reach}',
        '"value": low}',
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "the upper bound at the slice's edge",
        "api/search.py",
        "_below(field, high + reach)",
        "_below(field, high)",
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "contacts searched as if to the second",
        "components/search_retriever.py",
        "return LONGEST_DAY if self.searches_by_day else SECOND",
        "return SECOND",
        "test_windows.py -k of_every_hour",
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
        "a state of another workspace believed",
        "components/cursors.py",
        "if workspace and saved_for and workspace != saved_for:",
        "if False:",
        "test_state.py -k workspace",
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
        "api/lanes.py",
        "if each is not None and each <= settled]",
        "if each is not None]",
        "test_kills.py -k late_index",
    ),
    Mutation(
        "a position that includes the last row's second",
        "api/lanes.py",
        "return self.piece.between(max(self.last, self.piece.low), self.piece.high)",
        "return self.piece.between(max(self.last + 1, self.piece.low), self.piece.high)",
        "unit_tests/api/test_lanes.py",
    ),
    Mutation(
        "rows outside of the slice passed on",
        "api/lanes.py",
        "self.piece.holds(moment, value)",
        "self.piece.end > 0",
        "test_windows.py -k 't6_contacts or quiet'",
    ),
    Mutation(
        "rows emitted before a cut passed on again",
        "api/lanes.py",
        "            and not (self.emitted and",
        "            and not ([] and",
        "test_windows.py -k begins_within_a_page",
    ),
    Mutation(
        "emitted rows forgotten with each page",
        "api/lanes.py",
        "self.behind | found if before == self.last else found",
        "found",
        "unit_tests/api/test_lanes.py",
    ),
    Mutation(
        "a lane cut behind rows that have not settled",
        "components/search_retriever.py",
        "len(page.sure) == len(page.rows) > 0",
        "len(page.sure) > 0",
        "test_kills.py -k reads_nothing_twice",
    ),
    Mutation(
        "a slice's pieces listed as unread beside it",
        "components/cursors.py",
        "self._put(number, self._unread[number].without(part))",
        "pass",
        "unit_tests/test_cursors.py",
    ),
    Mutation(
        "a cut slice's pieces never listed",
        "components/cursors.py",
        "            self._unread.update(added)\n",
        "            self._unread = self._unread | {}\n",
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "an empty page taken for the end",
        "components/search_retriever.py",
        "if lane.starting_after is None or lane.is_past:",
        "if not page.rows or lane.starting_after is None or lane.is_past:",
        "test_windows.py -k all_gone",
    ),
    Mutation(
        "rows newer than the window dropped",
        "api/lanes.py",
        "or (moment is not None and moment > newest)",
        "or False",
        "unit_tests/streams/test_searches.py -k t13",
    ),
    Mutation(
        "what changes during a sync left to the next",
        "components/search_retriever.py",
        "if pages <= 1 or now <= walked_at or window.watermark is not None:",
        "if pages >= 0:",
        "test_windows.py -k written_anew",
    ),
    Mutation(
        "a full second not ordered by creation",
        "components/search_retriever.py",
        "        is_stuck = lane.is_stuck(page)\n",
        "        is_stuck = False\n",
        "test_kills.py -k 'at_most_5000_rows and shared_second'",
    ),
    Mutation(
        "an overlap of two slices",
        "api/slices.py",
        "min(part.low - 1, self.high)",
        "min(part.low, self.high)",
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "a quiet day of contacts read upwards",
        "components/search_retriever.py",
        "self.searches_by_day and piece.created is None and piece.end >= window.end",
        "False",
        "test_windows.py -k does_not_read_the_day_before",
    ),
    Mutation(
        "a lane ended at the search's end, not at its piece's",
        "api/lanes.py",
        "else self.last > self.piece.high",
        "else self.last > self.search.high",
        "test_windows.py -k t8",
    ),
    Mutation(
        "a cut lane's page tokens used for another search",
        "components/search_retriever.py",
        "            lane.search,\n",
        "            lane.piece,\n",
        "test_windows.py -k page_token",
    ),
    Mutation(
        "rows taken from the lane below that it has read",
        "api/lanes.py",
        "if edge <= max(lane.piece.low, lane.piece.low if lane.last is None else lane.last):",
        "if edge <= lane.piece.low:",
        "unit_tests/api/test_lanes.py",
    ),
    Mutation(
        "rows taken from the lane below, and left to it as well",
        "api/lanes.py",
        "        lane.piece = lane.piece.between(lane.piece.low, edge - 1)\n",
        "",
        "unit_tests/api/test_lanes.py",
    ),
    Mutation(
        "a moment outside of its piece ordered by creation",
        "api/lanes.py",
        "            and self.piece.low <= self.last <= self.piece.high\n",
        "",
        "unit_tests/api/test_lanes.py",
    ),
    Mutation(
        "rows that have not settled divided between lanes",
        "api/lanes.py",
        "            middle = min(middle, page.settled)\n",
        "            pass\n",
        "unit_tests/api/test_lanes.py",
    ),
    Mutation(
        "dates compared by what Intercom refuses",
        "api/search.py",
        '"operator": ">"',
        '"operator": ">="',
        "test_windows.py -k t7",
    ),
    Mutation(
        "the user's lookback dropped",
        "api/slices.py",
        "start = watermark - SAFETY_MARGIN - lookback",
        "start = watermark - SAFETY_MARGIN",
        "unit_tests/streams/test_searches.py -k lookback",
    ),
    Mutation(
        "a state that falls behind the one before",
        "api/slices.py",
        "self.start - 1 if self.watermark is None else self.watermark)",
        "self.start - 1)",
        "unit_tests/api/test_slices.py -k never_moves_backwards",
    ),
    Mutation(
        "a state that says nothing taken for the present",
        "api/slices.py",
        "        if saved is None:\n",
        "        saved = t0 if saved is None and state else saved\n        if saved is None:\n",
        "test_state.py -k says_nothing",
    ),
    Mutation(
        "an unread slice that can't be read left out",
        "api/slices.py",
        "            case _:\n                return None\n",
        "            case _:\n                continue\n",
        "test_state.py -k half",
    ),
    Mutation(
        "no state before the end",
        "components/cursors.py",
        "if not is_due and self._rows_since < CHECKPOINT_ROWS and self._unread:",
        "if self._unread:",
        "test_kills.py -k 'at_most_5000_rows and not shared_second'",
    ),
    Mutation(
        "T0 by our own clock",
        "client.py",
        "Remedy.REPORT)\n        return self.first_date",
        "Remedy.REPORT)\n        return int(self._clock())",
        "test_rate_limit.py -k only_intercoms_clock",
    ),
    Mutation(
        "a gap between two slices",
        "api/slices.py",
        "min(part.low - 1, self.high)",
        "min(part.low - 2, self.high)",
        "test_windows.py -k t4_conversations",
    ),
    Mutation(
        "reading downwards ends at the first row of the slice's start",
        "api/lanes.py",
        "return self.last < self.piece.low if",
        "return self.last <= self.piece.low if",
        "test_windows.py -k second_of_its_start",
    ),
    Mutation(
        "a search's repeated page token followed",
        "components/search_retriever.py",
        "if lane.starting_after in lane.asked or",
        "if lane.starting_after in () or",
        "test_answers.py -k 'repeats and contacts'",
    ),
    Mutation(
        "a list's repeated page token followed",
        "components/list_retriever.py",
        "if token in asked or",
        "if token in () or",
        "test_answers.py -k 'repeats and articles'",
    ),
    Mutation(
        "a failing page never halved",
        "components/search_retriever.py",
        "if not may_pass or lane.per_page == 1:",
        "if not may_pass or lane.per_page >= 1:",
        "test_answers.py -k t32_a_page",
    ),
    Mutation(
        "a halved page that never grows back",
        "components/search_retriever.py",
        "min(lane.per_page * 2, PAGE_SIZE, _fitting(page))",
        "min(lane.per_page, PAGE_SIZE, _fitting(page))",
        "test_answers.py -k t32_the_page_grows_back",
    ),
    Mutation(
        "page numbers of a search believed",
        "components/search_retriever.py",
        'if page.body["pages"].get("next"):',
        'if page.body["pages"] is not None:',
        "test_answers.py -k t32_a_page",
    ),
    Mutation(
        "no envelope check",
        "api/pages.py",
        "if rows is None or not all(type(row) is dict and row for row in rows):",
        "rows = rows or []\n    if rows is None:",
        "test_answers.py -k 't34_what_stays and wrong_envelope'",
    ),
    Mutation(
        "a body that is no JSON taken for an empty page",
        "api/pages.py",
        "        body = from_json(content)\n",
        '        body = from_json(content) if content[:1] == b"{" else {"data": []}\n',
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
        "self.has_shrunk |= page.total_count < self.total",
        "self.has_shrunk |= False",
        "test_answers.py -k shrinks",
    ),
    Mutation(
        "a list shorter than its count taken as whole",
        "components/list_retriever.py",
        "return found >= self.total",
        "return True",
        "test_answers.py -k shorter_than_its_count",
    ),
    Mutation(
        "a list that isn't sorted ended early",
        "components/list_retriever.py",
        "                self._is_sorted = False\n                return False\n",
        "                pass\n",
        "unit_tests/streams/test_lists.py -k out_of_order",
    ),
    Mutation(
        "articles of the window's first second ended at",
        "components/list_retriever.py",
        "self._last < self._until",
        "self._last <= self._until",
        "test_answers.py -k first_second",
    ),
    Mutation(
        "a list without its pages taken for the last page",
        "components/list_retriever.py",
        "paged=self.paged or bool(following)",
        "paged=False",
        "test_answers.py -k list_without_its_pages",
    ),
    Mutation(
        "redirects followed",
        "client.py",
        "allow_redirects=False",
        "allow_redirects=True",
        "test_sign_in.py -k redirect",
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
        "if error.is_gone and error.refusal is not None and error.refusal.is_own:",
        "if True:",
        "test_bad_rows.py -k first_sync_that_can",
    ),
    Mutation(
        "a conversation of its own trouble that ends the stream",
        "components/parts_retriever.py",
        "if not error.may_be_the_objects:",
        "if error:",
        "test_bad_rows.py -k stops_no_other",
    ),
    Mutation(
        "a conversation that can't be read forgotten",
        "components/parts_retriever.py",
        "unsettled.keep(name, is_doubtful=error.is_gone)",
        "unsettled.settle(name)",
        "test_bad_rows.py -k stops_no_other",
    ),
    Mutation(
        "any number of unread conversations kept as exceptions",
        "api/unsettled.py",
        "return self.failed > FEW and self.failed > self.read",
        "return False",
        "test_bad_rows.py -k outage",
    ),
    Mutation(
        "conversations that an outage calls gone believed",
        "api/unsettled.py",
        "if self.read <= self.failed:",
        "if self.read < 0:",
        "test_doubts.py -k all_vanished",
    ),
    Mutation(
        "unread conversations kept without a bound",
        "api/unsettled.py",
        "len(self._attempts) >= MOST",
        "len(self._attempts) < 0",
        "test_bad_rows.py -k bounded",
    ),
    Mutation(
        "a sync that could read no conversation taken for a success",
        "components/parts_retriever.py",
        "and unsettled.failed and not unsettled.read",
        "and unsettled.failed < 0",
        "test_bad_rows.py -k told_once",
    ),
    Mutation(
        "a row that no page can show hiding those behind it",
        "components/search_retriever.py",
        "return None if lane.is_around or lane.number == 0 else lane.around()",
        "return None",
        "test_bad_rows.py -k no_page_can_show",
    ),
    Mutation(
        "a search's page that repeats rows believed",
        "components/search_retriever.py",
        "if lane.repeats(placed):",
        "if not lane:",
        "test_repeats.py -k second_page",
    ),
    Mutation(
        "rows counted, not different ids",
        "api/seen.py",
        "len({each for each in chain(hashes, self._hashes) if each % shares == share})",
        "len([each for each in chain(hashes, self._hashes) if each % shares == share])",
        "test_repeats.py -k last_minutes",
    ),
    Mutation(
        "a list that repeats rows believed",
        "components/list_retriever.py",
        "and not reading.repeats:",
        "and reading.total:",
        "test_repeats.py -k articles",
    ),
    Mutation(
        "a scroll's repeated page followed",
        "components/scroll_retriever.py",
        "if not spool.add(page.rows):",
        "if spool.add(page.rows) < 0:",
        "test_repeats.py -k scroll_that_shows",
    ),
    Mutation(
        "an answer without a page taken for the scroll's end",
        "components/scroll_retriever.py",
        "return found == expected or (is_confirmed and found >= (expected or 0))",
        "return True",
        "test_repeats.py -k mid_scroll",
    ),
    Mutation(
        "state past conversations whose parts are still fetched",
        "components/parts_retriever.py",
        "            yield from batch.rows\n            yield batch\n",
        "            yield batch\n            yield from batch.rows\n",
        "test_kills.py -k 'covers_only and parts'",
    ),
    Mutation(
        "a short list of parts taken as it is",
        "components/parts_retriever.py",
        "if len(parts) >= min(total, MOST_PARTS) or attempt == SHORT_TRIES:",
        "if parts or attempt == SHORT_TRIES:",
        "unit_tests/streams/test_searches.py -k short_thread",
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
        'return "it expired" if is_full else MAYBE_ENDED',
        "return None",
        "test_companies.py -k 't10_t30 and 404'",
    ),
    Mutation(
        "a page of the scroll asked for twice",
        "components/scroll_retriever.py",
        "tries=1,",
        "tries=3,",
        "test_companies.py -k 't10_t30 and reset'",
    ),
    Mutation(
        "companies emitted while they are scrolled",
        "components/scroll_retriever.py",
        "        yield from self.emit_window(",
        "        page = self._first_page()\n"
        "        while page.rows:\n"
        "            yield from self.emit(records_schema, iter(page.rows))\n"
        '            token = str(page.body.get("scroll_param"))\n'
        '            page = self._scroll_page({"scroll_param": token}, tries=1)\n'
        "        yield from self.emit_window(",
        "test_companies.py -k t27",
    ),
    Mutation(
        "companies of a scroll that broke off kept",
        "components/scroll_retriever.py",
        "            spool.clear()\n            trouble",
        "            trouble",
        "test_companies.py -k 'broke_off'",
    ),
    Mutation(
        "a scroll begun for ever",
        "components/scroll_retriever.py",
        "ATTEMPTS = 5\n",
        "ATTEMPTS = 500\n",
        "test_companies.py -k never_gets_through",
    ),
    Mutation(
        "somebody else's scroll not waited out",
        "components/scroll_retriever.py",
        "EXISTS_SECONDS = 65.0",
        "EXISTS_SECONDS = 5.0",
        "test_companies.py -k t28_somebody",
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
        "min(READ_SECONDS, patience)",
        "None",
        "test_answers.py -k 't33 and hang and tags'",
    ),
    Mutation(
        "a rate limit given up on after some refusals",
        "client.py",
        "RATE_LIMIT_TRIES = 40",
        "RATE_LIMIT_TRIES = 4",
        "test_rate_limit.py -k for_minutes",
    ),
    Mutation(
        "no connect timeout",
        "client.py",
        "min(CONNECT_SECONDS, patience)",
        "None",
        "unit_tests/streams/test_lists.py -k time_limit",
    ),
    Mutation(
        "a 429 that leaves its window as it was",
        "api/rate_limit.py",
        "                self._left = 0\n",
        "                pass\n",
        "unit_tests/api/test_rate_limit.py -k t24",
    ),
    Mutation(
        "the reset read on our own clock",
        "api/rate_limit.py",
        "stated.reset - (self._offset or 0.0)",
        "float(stated.reset)",
        "unit_tests/api/test_rate_limit.py -k t24",
    ),
    Mutation(
        "a rate limit that isn't a number believed",
        "api/rate_limit.py",
        "except (KeyError, ValueError):",
        "except KeyError:",
        "test_rate_limit.py -k odd_headers",
    ),
    Mutation(
        "a missing permission taken for no rows",
        "client.py",
        "                if not refusal.is_retriable:\n",
        "                if refusal.status in (401, 403):\n"
        '                    return parse(b\'{"data": [], "pages": {}}\')\n'
        "                if not refusal.is_retriable:\n",
        "test_permissions.py -k t20_a_missing",
    ),
    Mutation(
        "pages as large as they come",
        "components/search_retriever.py",
        "PAGE_BYTES = 4_000_000",
        "PAGE_BYTES = 4_000_000_000",
        "test_memory.py -k small_pages",
    ),
    Mutation(
        "as many pages at once as there are workers",
        "components/search_retriever.py",
        "BYTES_AHEAD = 16_000_000",
        "BYTES_AHEAD = 16_000_000_000",
        "test_memory.py -k slow_reader",
    ),
    Mutation(
        "as many details at once as there are workers",
        "components/parts_retriever.py",
        "return min(self._concurrency.value, BYTES_AHEAD // max(self._size, 1) + 1)",
        "return 2 * self.sync.num_workers",
        "test_memory.py -k long_threads",
    ),
    Mutation(
        "rows packed without a bound",
        "components/record_lines.py",
        "self._size < MOST_BYTES and self._clock() < self._packed_at + MOST_SECONDS",
        "self._size < 1_000 * MOST_BYTES",
        "test_memory.py -k slow_reader",
    ),
    Mutation(
        "state before the rows that are still being packed",
        "components/partitions.py",
        "                    yield from packer.pack()\n                    yield item\n",
        "                    yield item\n",
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
        "api/errors.py",
        "or (not self.is_own and self.status in REFUSALS)",
        "or False",
        "test_errors.py -k not_intercoms_own",
    ),
    Mutation(
        "a count that errs keeping companies back for ever",
        "components/scroll_retriever.py",
        "        if trouble is None and is_confirmed and found:\n",
        "        if trouble is None and found < 0:\n",
        "test_companies.py -k count",
    ),
    Mutation(
        "a scroll that is short of the count believed at once",
        "components/scroll_retriever.py",
        "        if trouble is None and is_confirmed and found:\n",
        "        if trouble is None and found:\n",
        "unit_tests/streams/test_companies.py -k count",
    ),
    Mutation(
        "companies emitted in the order of the scroll",
        "components/spool.py",
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
        "components/search_retriever.py",
        "if page.following is not None or lane.counted is None:",
        "if True:",
        "test_doubts.py -k 'full_page or short_of_its_count'",
    ),
    Mutation(
        "a count overruled that no page could have held",
        "components/search_retriever.py",
        "lane.counted > lane.room + lane.per_page or lane.doubted",
        "lane.doubted",
        "test_doubts.py -k overruled",
    ),
    Mutation(
        "rows in front of a slice handed on as emitted",
        "api/lanes.py",
        "self.emitted | self.behind if is_inside else self.emitted",
        "self.emitted | self.behind",
        "unit_tests/api/test_lanes.py",
    ),
    Mutation(
        "rows without a creation hidden from an order by it",
        "api/search.py",
        "[_below(field, high + reach)] * (high < FOREVER)",
        "[_below(field, min(high + reach, NEVER))]",
        "test_doubts.py -k full_second",
    ),
    Mutation(
        "what was indexed late left out of a table written anew",
        "components/search_retriever.py",
        "since, walked_at = t0 - SAFETY_MARGIN, t0",
        "since, walked_at = t0 + 1, t0",
        "test_windows.py -k topmost",
    ),
    Mutation(
        "what changed twice left out of a table written anew",
        "api/lanes.py",
        "newest = window_end if self.number else self.piece.end",
        "newest = window_end if self.number else 2 * self.piece.end",
        "test_windows.py -k topmost",
    ),
    Mutation(
        "a scroll that brings none believed",
        "components/scroll_retriever.py",
        "if trouble is None and is_confirmed and found:",
        "if trouble is None and is_confirmed:",
        "test_companies.py -k never_believed",
    ),
    Mutation(
        "a check passed where nothing can be read",
        "connection.py",
        "    if len(errors) < len(refusals):\n",
        "    if True:\n",
        "test_check.py -k opens_no_stream",
    ),
    Mutation(
        "an order that nothing has shown believed",
        "api/lanes.py",
        "    has_moved: bool = False",
        "    has_moved: bool = True",
        "test_doubts.py -k sort_that_is_ignored",
    ),
    Mutation(
        "a T0 later than other dates of Intercom's believed",
        "client.py",
        "if date < self.first_date - CLOCK_SLACK:",
        "if date < self.first_date - 10 * 3600:",
        "test_doubts.py -k first_date",
    ),
    Mutation(
        "a list that shrank in the same way twice taken as whole",
        "components/list_retriever.py",
        "if before is not None and found == spool.ids",
        "if before is not None and len(found) == len(spool.ids)",
        "test_doubts.py -k come_and_go",
    ),
    Mutation(
        "parts found before a failure left unsettled",
        "components/parts_retriever.py",
        "                failure = error\n",
        "                raise\n",
        "test_doubts.py -k settled",
    ),
    Mutation(
        "slices of failed syncs never joined",
        "api/slices.py",
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
        "api/pages.py",
        "type(row) is dict and row for row",
        "type(row) is dict for row",
        "test_doubts.py -k row_that_is_none",
    ),
    Mutation(
        "a check that waits as long as a sync",
        "connection.py",
        "    sync.client.end_within(SECONDS)\n",
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
