"""`python -m intercom_load` is `intercom-load`."""

from intercom_load.cli import main

main()
