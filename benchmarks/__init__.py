"""Reproducible comparisons of this server with its peers, on one machine and in one run.

    .venv/bin/python -m benchmarks.bench      requests per second, beside the floor and PostGraphile
    .venv/bin/python -m benchmarks.inputs     CPU of decoding a large input
    .venv/bin/python -m benchmarks.profile    a CPU profile of one operation
    .venv/bin/python -m benchmarks.ecp_lists  database time of lists of a million ECPs and their enrollments

`bench` explains the comparison. Everything runs on 127.0.0.1, is bounded in time, and ends by itself.
"""
