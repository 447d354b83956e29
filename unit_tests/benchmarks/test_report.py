"""What the benchmark makes of its measurements."""

from collections import Counter
from xml.etree import ElementTree as ET

from benchmarks import charts, report
from benchmarks.intercom import Journal


def a_run(who="connector", **changes):
    return {
        "who": who,
        "sizes": {"contacts": 10, "conversations": 2},
        "wall": 2.0,
        "first_record": 1.0,
        "requests": 4,
        "lost": 0,
        "failed": False,
    } | changes


def test_share_counts_whole_windows_only():
    """A sync that begins and ends in the midst of a window is judged by those between."""
    answers = [(5.0, 200), *((10.0 + n, 200) for n in range(8)), (19.0, 429), (21.0, 200)]

    assert Journal(Counter(), answers).share(limit=10) == 0.8
    assert Journal(Counter(), []).share(limit=10) == 0


def test_share_of_a_sync_that_slept_through_a_window():
    answers = [(5.0, 200), *((10.0, 200) for _ in range(10)), (31.0, 200)]

    assert Journal(Counter(), answers).share(limit=10) == 0.5


def test_tenths_of_a_steady_sync_are_alike():
    answers = [(number / 2, 200) for number in range(101)]

    assert [5.0] * 10 == Journal(Counter(), answers).tenths()


def test_nobody_wins_by_not_reading():
    """Ten times as fast does not count where rows are missing, or where the sync failed."""
    for fault in ({"lost": 1}, {"failed": True}):
        runs = [a_run(**fault), a_run("airbyte", wall=30.0)]

        faster, _ = report.rows({"wall": {"runs": runs, "sizes": a_run()["sizes"]}})

        assert not faster.met


def test_cpu_is_compared_within_each_round():
    """A machine that slows down between two rounds slows both; start-up is paid by both sizes."""
    runs = [
        a_run(who, sizes={"contacts": size}, rows={"contacts": size}, cpu=speed * (1 + each * size))
        for speed in (1, 3, 2)
        for size in (100, 1_000_100)
        for who, each in (("connector", 5e-5), ("cdk", 25e-5))
    ]

    (row,) = report.rows({"cpu": {"runs": runs, "few": 100, "many": 1_000_100}})

    assert row.met
    assert "100 (50 to 150, 3 rounds) µs against 500" in row.result


def test_growth_takes_the_median_of_each_size():
    """One slow round is no growth, and rows that cost more the more there are is none either."""

    def rows(milliseconds):
        runs = [
            a_run(
                sizes=sizes,
                rows={"contacts": size, "conversation_parts": size},
                wall=2 + size * (milliseconds[size] if number else 0.009),
                requests=size // 10,
                tenths=[1.0] * 10,
                peak=10**8,
            )
            for number in range(3)
            for size in (100, 1_000, 10_000)
            for sizes in ({"contacts": size}, {"conversations": size, "parts": 50})
        ]
        found = report.rows({"growth": {"runs": runs}})
        return [row.met for row in found if row.figure.startswith("growth")]

    assert rows({100: 0.001, 1_000: 0.001, 10_000: 0.001}) == [True, True]
    assert rows({100: 0.001, 1_000: 0.001, 10_000: 0.002}) == [False, False]


def test_a_peer_that_does_not_run_is_left_out():
    runs = [a_run(), {"who": "airbyte", "failure": "no such option"}, a_run("cdk", wall=30.0)]

    table = report.table({"wall": {"runs": runs, "sizes": a_run()["sizes"]}})

    assert "15.0" in table
    assert "airbyte" not in table


def test_charts_are_well_formed():
    """SVG that names each series, as its reader sees it."""
    points = [(1.0, 0.5), (100.0, 1.0)]

    for drawing in (
        charts.shares("a & b", {"x": points, "none": []}),
        charts.growth("a < b", {"x": points}, "rows"),
        charts.bars("a", {"x": 2.0}, "µs"),
    ):
        drawn = ET.fromstring(drawing)
        assert drawn.tag.endswith("svg")
        assert "x" in {text.strip() for text in drawn.itertext()}
