"""Searches: which of the troubles of their slices are told in the end."""

import pytest

from source_intercom.http.client import IntercomError
from source_intercom.reading.lanes import Lane
from source_intercom.reading.search import Failures
from source_intercom.reading.window import Slice
from unit_tests.reading.canned import trouble


def test_a_slice_that_is_read_in_the_end_excuses_no_other():
    """Both were come to from their other ends, where one of them failed as well."""
    good, bad, other = (Lane(Slice(n, n + 9), search=Slice(n, n + 9)) for n in (0, 10, 20))
    failures = Failures("things")
    (around_good,) = failures.note(good, trouble())
    failures.forget(other, has_ended=False)
    (around_bad,) = failures.note(bad, trouble())
    failures.forget(other, has_ended=True)
    failures.note(around_bad, trouble())

    failures.forget(around_good, has_ended=True)

    with pytest.raises(IntercomError, match="what last changed between"):
        failures.tell()
