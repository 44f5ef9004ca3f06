"""The protocol of every side in Python: prints `ready`, then replies to each line with a number."""
import sys
import time


def serve(measure):
    print('ready', flush=True)
    for _ in sys.stdin:
        print(measure(), flush=True)


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
