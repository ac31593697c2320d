"""A program that says what it sees, sleeps if it is asked to, and ends with the code that its argument names."""

import os
import sys
import time

if __name__ == "__main__":
    sys.stdout.write(f"arguments {sys.argv[1:]} in {os.getcwd()}\n")  # noqa: PTH109 - of this process
    sys.stdout.write(f"environment {dict(os.environ)}\n")
    sys.stdout.write(f"{os.getpid()} leads its group\n" if os.getpid() == os.getpgrp() else "")
    if "sleep" in sys.argv:
        time.sleep(60)
    sys.exit(int(sys.argv[1]))
