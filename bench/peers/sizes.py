"""How much each side does for one number; as sizes.mjs."""
import os
from types import SimpleNamespace

tiny = os.environ.get('KINORA_BENCH') == 'tiny'
sizes = SimpleNamespace(**(
    dict(step=1, inferences=1, calls=100, call_runs=1, batch=2, batches=1, epoch_batch=4, threads=1,
         gpu_batch=2, warm_up=1, steps=1, workers=1) if tiny else
    dict(step=8, inferences=5, calls=1_000, call_runs=600, batch=16, batches=16, epoch_batch=32, threads=2,
         gpu_batch=100, warm_up=10, steps=30, workers=len(os.sched_getaffinity(0)))))
