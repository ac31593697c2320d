"""The custody of coupons, measured: `__main__` runs the measurements and prints each beside its goal.

    .venv/bin/python -m benchmarks.custody coupons   generating ten million coupons, their codes as a file, one code
    .venv/bin/python -m benchmarks.custody moves     server time of movements on a line with 10,000 fragments; recalls
    .venv/bin/python -m benchmarks.custody load      50 vendors at once, on 50 lines and on one, beside code by hand
    .venv/bin/python -m benchmarks.custody pages     the tracking page and the board, beside code by hand
    .venv/bin/python -m benchmarks.custody history   a page of a million movements

Servers are separate processes on 127.0.0.1; PostgreSQL is embedded and kept in `.tessera/bench-custody`. Everything
is bounded in time and ends by itself.
"""
