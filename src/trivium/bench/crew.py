"""A worker as its owner sees it: a process that is asked and answers, or has died and says with what.

Knows nothing of what is asked.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any

from trivium.bench.place import environment

PATIENCE = 600.0
"""Seconds for one answer; then the worker is ended."""


@dataclass(frozen=True)
class Post:
    """Where and how a worker runs."""

    backend: str
    cores: Sequence[int]
    kernel: str
    verify: bool = True


class DeadWorkerError(Exception):
    """The process has ended, or was ended for its silence."""


@dataclass
class Hand:
    """One worker's process, in a group of its own."""

    post: Post
    process: subprocess.Popen[str]
    said: IO[bytes]
    facts: dict[str, Any] = field(default_factory=dict)

    def ask(self, message: Mapping[str, Any], *, patience: float = PATIENCE) -> dict[str, Any]:
        """The answer; DeadWorkerError where none comes."""
        clock = threading.Timer(patience, self.end)
        clock.start()
        try:
            if self.process.stdin is None or self.process.stdout is None:
                raise DeadWorkerError("its process has no pipes")
            _ = self.process.stdin.write(json.dumps(message) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except OSError:
            line = ""
        finally:
            clock.cancel()
        if not line:
            raise DeadWorkerError(self._last_words())
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        """End it, and whatever it has started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        _ = self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.said):
            if stream is not None:
                with suppress(BrokenPipeError):  # what was still to be sent has nobody to read it
                    stream.close()

    def _last_words(self) -> str:
        code = self.process.wait()
        _ = self.said.seek(0)
        lines = [line for line in self.said.read().decode("utf-8", "replace").splitlines() if line.strip()]
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        return f"its process {how}" + (f": {lines[-1].strip()}" if lines else "")


def hired(post: Post) -> Hand:
    """A worker's process, started, its road loaded; DeadWorkerError where that fails."""
    said = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the worker
    process = subprocess.Popen(
        [sys.executable, "-m", "trivium.bench.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        text=True,
        start_new_session=True,
        env=environment(max(1, len(post.cores)), post.kernel),
    )
    hand = Hand(post, process, said)
    try:
        answer = hand.ask({"do": "start", "backend": post.backend, "cores": list(post.cores), "verify": post.verify})
    except BaseException:
        hand.end()
        raise
    if "error" in answer:
        hand.end()
        raise DeadWorkerError(answer["error"])
    hand.facts = answer
    return hand
