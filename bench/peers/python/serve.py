"""The answering side of the protocol (../protocol.ts): JSON lines over stdin and stdout.

A peer gives `serve` one builder for each workload: build(folder, threads) -> run, where run(steps) takes that many
training steps, waits until they are done and returns the mean of the objective over them.
"""

import json
import os
import sys
import time


def limit_cores():
    """Pins the process to as many cores as OMP_NUM_THREADS says; XLA sizes its thread pools by the cores it sees."""
    threads = int(os.environ.get("OMP_NUM_THREADS", "2"))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def sentence(error):
    first = (str(error).strip().splitlines() or ["no message"])[0]
    return first if isinstance(error, NotImplementedError) else f"{type(error).__name__}: {first}"


def answer(request, builders, running):
    if "prepare" in request:
        name = request["prepare"]
        if name not in builders:
            return {"error": f"it has no program for {name}"}
        began = time.perf_counter()
        running[name] = builders[name](request["data"], request["threads"])
        value = running[name](1)
        return {"ready": name, "buildSeconds": time.perf_counter() - began, "value": value}
    name, steps = request["run"], request["steps"]
    began = time.perf_counter()
    value = running[name](steps)
    seconds = time.perf_counter() - began
    return {"workload": name, "steps": steps, "seconds": seconds, "stepsPerSecond": steps / seconds, "value": value}


def serve(builders):
    """Answers requests until stdin ends; whatever else prints goes to stderr."""
    out, sys.stdout, running = sys.stdout, sys.stderr, {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), builders, running)
        except Exception as error:
            reply = {"error": sentence(error)}
        print(json.dumps(reply), file=out, flush=True)
