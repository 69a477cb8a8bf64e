"""What runs in a worker's process: pinned before anything is loaded, it answers one line of JSON with one line.

    {"do": "start", "backend": "numpy", "cores": [1]}      -> versions, kernels, cores
    {"do": "ready", "network": ..., "dtype": ..., ...}     -> verified: compile times, residual, memory, digest
    {"do": "peaks"}                                        -> operations and bytes a second, at most
    {"do": "time", "what": "gradient", "seconds": 0.2}     -> {"seconds": [...], "batch": 3}

What cannot be verified is answered with why, and is not timed. Knows nothing of other workers.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from trivium.bench.place import pin
from trivium.errors import GradientMismatch

if TYPE_CHECKING:
    from trivium.backend import Backend, Evaluation
    from trivium.bench.verified import Verified

Message = dict[str, Any]


@dataclass
class Worker:
    """One road in one process, and the network that it is at."""

    backend: Backend
    backends: Mapping[str, Backend]
    verified: Verified | None = None
    batches: dict[str, int] = field(default_factory=dict)

    def ready(self, message: Message) -> Message:
        """Compile, run once, verify; the digest of a gradient that was verified before, bit by bit, is enough."""
        from trivium.backend import parameter_gradients
        from trivium.bench import memory, verified as v
        from trivium.bench.clock import refuse_unless_waited
        from trivium.bench.source import probe
        from trivium.spec.exchange import digest as spec_digest

        self.verified, self.batches = None, {}
        point, dtype = probe(message["network"], message["sizes"], real=message["real"]), message["dtype"]
        want = parameter_gradients(point.spec)
        forward, gradient = v.programs(self.backend, point.spec, dtype)
        placed = gradient.program.place(point.given)
        start = time.perf_counter()
        result = gradient.program.run(placed)
        first = time.perf_counter() - start
        told = gradient.program.read(result), v.once(forward.program, placed)
        digest = _digest(*told)
        if message.get("digest") == digest:
            found = v.Verified(forward, gradient, placed, None, self.backend)
        else:
            beside = next((b for n, b in self.backends.items() if n != self.backend.name), None)
            found = v.verify(self.backend, beside, point, dtype=dtype, made=(forward, gradient))
        refuse_unless_waited(
            lambda: gradient.program.run(placed), gradient.program.read, f"{self.backend.name}'s gradient"
        )
        self.verified = found
        return {
            "digest": digest,
            "spec": spec_digest(point.spec)[:16],
            "first": first,
            "memory": memory.peak(lambda: gradient.program.run(placed)),
            "parameters": sum(int(point.given[n].size) for n in want.gradients),
            **found.facts(gradient),
            "compile_forward_seconds": forward.seconds,
            "parts": {n: getattr(gradient.program, n, None) for n in ("trace_seconds", "compile_seconds")},
        }

    def time(self, message: Message) -> Message:
        """Times of one of the two programs, for so many seconds."""
        from trivium.bench.clock import spell, warmed

        if self.verified is None:
            raise RuntimeError("nothing is verified")
        what = message["what"]
        program = (self.verified.forward if what == "forward" else self.verified.gradient).program
        placed = self.verified.placed

        def call() -> Any:
            return program.run(placed)

        if what not in self.batches:
            self.batches[what] = warmed(call)
        return {"seconds": spell(call, self.batches[what], message["seconds"]), "batch": self.batches[what]}


def main(lines: TextIO, answers: TextIO) -> None:
    """Answer until there are no more lines."""
    worker: Worker | None = None
    for line in lines:
        message = json.loads(line)
        try:
            if message["do"] == "start":
                worker, answer = start(message)
            elif worker is None:
                raise RuntimeError("a worker is started first")
            else:
                verbs: dict[str, Callable[[Message], Message]] = {
                    "ready": worker.ready,
                    "time": worker.time,
                    "peaks": peaks,
                }
                answer = verbs[message["do"]](message)
        except Exception as error:  # noqa: BLE001  a road may fail at anything: the answer says at what, and the next is asked
            kind = "" if isinstance(error, GradientMismatch) else f"{type(error).__name__}: "
            answer = {"error": f"{kind}{error}"}
        _ = answers.write(json.dumps(answer) + "\n")
        _ = answers.flush()


def start(message: Message) -> tuple[Worker, Message]:
    """The road, loaded where it is pinned."""
    cores = pin(message["cores"])
    from trivium.backend import installed, load_backend
    from trivium.bench.place import kernels

    chosen = load_backend(message["backend"])
    backend = getattr(chosen, "fastest", chosen)
    _limit(max(1, len(message["cores"])))
    others = {n: b for n, b in installed().items() if n != backend.name} if message["verify"] else {}
    _limit(max(1, len(message["cores"])))
    _ = pin(message["cores"])  # what libraries have started meanwhile, too
    return Worker(backend, others), {"cores": cores, "versions": dict(backend.facts()), "kernels": kernels()}


def peaks(_: Message) -> Message:
    """What the machine can do at most."""
    from trivium.bench.peak import peaks as found

    return dict(found())


def _limit(threads: int) -> None:
    """As many threads as cores, for the libraries that do not read the environment."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(threads)


def _digest(*found: Evaluation) -> str:
    """Of every number that the two programs give."""
    made = hashlib.sha256()
    for arrays in (part for e in found for part in (e.values, e.gradients)):
        for name in sorted(arrays):
            made.update(arrays[name].tobytes())
    return made.hexdigest()


if __name__ == "__main__":
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    _ = os.dup2(2, 1)  # whatever a library prints is no answer
    main(sys.stdin, channel)
