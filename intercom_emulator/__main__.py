"""`python -m intercom_emulator`: serve a workspace until interrupted."""

from __future__ import annotations

import argparse
from contextlib import suppress

from intercom_emulator.emulator import Emulator
from intercom_emulator.settings import Settings


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="intercom_emulator", description="A local Intercom.")
    parser.add_argument(
        "--seed", default="demo", help="tiny, demo, or sizes such as contacts=100000,companies=500"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8420)
    parser.add_argument(
        "--rate-limit", type=int, default=1667, help="requests per 10 seconds; 0 switches it off"
    )
    parser.add_argument("--latency", type=float, default=0.0, help="seconds per answer")
    parser.add_argument("--timezone", default=Settings.timezone, help="the workspace's zone")
    parser.add_argument("--index-lag", type=float, default=0.0, help="seconds search lags behind")
    parser.add_argument("--gzip", action="store_true", help="compress for clients that accept it")
    parser.add_argument(
        "--contact-search-dates",
        choices=("workspace_day", "utc_day", "exact"),
        default="workspace_day",
    )
    parser.add_argument(
        "--wall-clock", action="store_true", help="start at the machine's time, not the seed's"
    )
    return parser


def main() -> None:
    """Parse the flags, serve, and print where and with which token."""
    arguments = _parser().parse_args()
    settings = Settings(
        rate_limit=arguments.rate_limit,
        latency=arguments.latency,
        timezone=arguments.timezone,
        index_lag=arguments.index_lag,
        gzip=arguments.gzip,
        contact_search_dates=arguments.contact_search_dates,
    )
    emulator = Emulator(arguments.seed, settings, host=arguments.host, port=arguments.port)
    if arguments.wall_clock:
        emulator.clock.align_to_wall()
    with emulator:
        counts = ", ".join(f"{n} {name}" for name, n in emulator.workspace.counts().items() if n)
        print(f"Intercom emulator: {emulator.url}")  # noqa: T201
        print(f"Access token:      {emulator.token}")  # noqa: T201
        print(f"Workspace:         {counts}", flush=True)  # noqa: T201
        with suppress(KeyboardInterrupt):
            emulator.wait()


if __name__ == "__main__":
    main()
