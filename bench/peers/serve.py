"""What every side in Python does around its measurement: says that it is ready, and answers each line with a number."""
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
