"""Live events, measured and proved: `__main__` runs the measurements and prints each beside its goal.

    .venv/bin/python -m benchmarks.events delay     from commit to delivery, with wake-ups and without
    .venv/bin/python -m benchmarks.events fanout    CPU of a delivery and memory of a subscriber, 1,000 of them
    .venv/bin/python -m benchmarks.events slow      the cost of clients that stop reading
    .venv/bin/python -m benchmarks.events soak      no event is lost during reconnects; naive polling loses some

Servers are separate processes on 127.0.0.1; PostgreSQL is embedded and kept in `.tessera/bench-events`. Everything
is bounded in time and ends by itself.
"""
