"""Reproducible comparisons of this server with its peers, on one machine and in one run.

    .venv/bin/python -m benchmarks.bench      requests per second, beside the floor and PostGraphile
    .venv/bin/python -m benchmarks.inputs     CPU of reading a large input
    .venv/bin/python -m benchmarks.profile    where the CPU of one operation goes
    .venv/bin/python -m benchmarks.ecp_lists  database time of lists of a million ECPs and their enrollments

`bench` explains what is compared and how. Everything runs on 127.0.0.1, is bounded in time, and ends by itself.
"""
