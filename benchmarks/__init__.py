"""
How fast the connector is, beside its peers: `make bench`, or `make bench QUICK=1`.

Everything runs against the emulator, on loopback. Where it may (root, Linux), the benchmark moves
itself into a network and mount namespace of its own, in which Intercom's host name leads to the
emulator over TLS, so that unmodified peers can be measured; nothing of the machine is changed.
Without that, what needs a peer is left out and the report says so.

- namespace: the private network, its certificate authority, the door of TLS
- intercom: an emulator in a process of its own, and what its journal tells
- contestants: the connector and its peers as command lines; environments under build/peers
- measure: one sync as a process: time, CPU, memory, rows, requests
- figures: what is measured, figure by figure
- loads: the same of the loader, by --only loads
- charts, report: docs/benchmarks
"""
