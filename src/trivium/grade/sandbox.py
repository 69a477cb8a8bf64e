"""A process for one submission: an empty environment, a folder that is thrown away, limits, and an end in any case.

Knows nothing of gradients. No security boundary: the process has its user's rights to read.
"""

from __future__ import annotations

import json
import os
import secrets
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

FLAGS = ("-I", "-B", "-X", "utf8")
START = (
    "import json, sys; job = json.loads(sys.stdin.readline()); "
    "sys.path += [p for p in job['path'] if p not in sys.path]; "
    "from trivium.grade.child import main; main(job)"
)
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
NEEDED = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Without which a Python may not start; nothing else of the caller's environment is passed on."""
SHOWN = 2000
"""Characters of what a submission prints that are kept."""
MOST, MOST_MESSAGES = 4 * 2**20, 1000
"""Bytes of a message, and messages, that are read."""
CHUNK, TICK = 2**16, 0.1
SPARE = 2.0
"""Seconds in which a process may say itself that its time is up, and where it was then."""


@dataclass(frozen=True)
class Limits:
    """Seconds by the clock, and bytes of memory, that a submission may take."""

    seconds: float
    bytes: int


@dataclass(frozen=True)
class Ran:
    """How a process went: its messages, how much it printed and how that begins, and how it ended.

    code  as Python gives it: negative where a signal ended it; None where the grader did, or where it is done
    """

    messages: tuple[tuple[str, Any], ...]
    printed: int
    shown: str
    code: int | None
    seconds: float
    late: bool
    forged: bool


@dataclass
class _Heard:
    """What has come from a process so far: messages that bear the token, and how much else."""

    token: str
    messages: list[tuple[str, Any]] = field(default_factory=list)
    forged: bool = False
    pending: bytes = b""
    shown: bytes = b""
    printed: int = 0

    def print(self, chunk: bytes) -> None:
        self.printed += len(chunk)
        self.shown += chunk[: SHOWN - len(self.shown)]

    def message(self, chunk: bytes) -> None:
        *lines, self.pending = (self.pending + chunk).split(b"\n")
        for line in filter(None, lines):
            self._take(line)
        if len(self.pending) > MOST:  # no message is so long, and each begins on a line of its own
            self.pending, self.forged = b"", True

    def _take(self, line: bytes) -> None:
        try:
            message = json.loads(line)
            mine = secrets.compare_digest(str(message["token"]).encode(), self.token.encode())
            said = str(message["kind"]), message["what"]
        except (ValueError, LookupError, TypeError, RecursionError):
            mine, said = False, ("", None)
        if mine and len(self.messages) < MOST_MESSAGES:
            self.messages.append(said)
        self.forged |= not mine

    def done(self, last: tuple[str, ...]) -> bool:
        return any(kind in last for kind, _ in self.messages)


def ran(file: Path, job: Mapping[str, Any], limits: Limits, stop: Event, last: tuple[str, ...]) -> Ran:
    """Run the job beside a copy of the file, until one of the `last` messages, its end, its time, or `stop`."""
    token, start = secrets.token_hex(16), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="trivium-grade-", ignore_cleanup_errors=True) as folder:
        scratch = os.path.realpath(folder)
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in file.name)
        _ = shutil.copyfile(file, Path(scratch, name))
        reading, writing = os.pipe()
        try:
            process = _started(scratch, writing)
        finally:
            os.close(writing)
        heard = _Heard(token)
        whole = {**job, "token": token, "channel": writing, "file": name, "path": [p for p in sys.path if p]}
        try:
            _hand(process, {**whole, "seconds": limits.seconds, "bytes": limits.bytes})
            late, code = _listen(process, reading, heard, start + limits.seconds + SPARE, stop, last)
        finally:
            _end(process)
            os.close(reading)
    shown = heard.shown.decode("utf-8", "replace")
    seconds = time.perf_counter() - start
    return Ran(tuple(heard.messages), heard.printed, shown, code, seconds, late, heard.forged)


def _started(scratch: str, channel: int) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in NEEDED if name in os.environ}
    return subprocess.Popen(
        [sys.executable, *FLAGS, "-c", START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        cwd=scratch,
        env={**kept, **dict.fromkeys(THREADS, "1"), "HOME": scratch, "TMPDIR": scratch, "MPLBACKEND": "Agg"},
        pass_fds=(channel,),
        start_new_session=True,
    )


def _hand(process: subprocess.Popen[bytes], job: Mapping[str, Any]) -> None:
    assert process.stdin is not None
    try:
        with process.stdin as stream:
            _ = stream.write(json.dumps(job).encode() + b"\n")
    except BrokenPipeError:
        return  # it has ended already, and how is seen below


def _listen(
    process: subprocess.Popen[bytes], reading: int, heard: _Heard, deadline: float, stop: Event, last: tuple[str, ...]
) -> tuple[bool, int | None]:
    """Whether it ran out of time, and its exit code if it has ended without a last message."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        _ = selector.register(reading, selectors.EVENT_READ, heard.message)
        _ = selector.register(process.stdout.fileno(), selectors.EVENT_READ, heard.print)
        ended = done = False
        while True:
            left = deadline - time.perf_counter()
            if left <= 0 or stop.is_set():
                return not (stop.is_set() or done), None
            over = ended or done  # then only what is on its way already is waited for
            ready = selector.select(0 if over else min(left, TICK)) if selector.get_map() else []
            for key, _mask in ready:
                chunk = os.read(key.fd, CHUNK)
                key.data(chunk)
                if not chunk:
                    _ = selector.unregister(key.fd)
            done = done or heard.done(last)
            if over and not ready:
                return False, None if done else process.poll()
            ended = process.poll() is not None
            if not selector.get_map() and not ended:
                time.sleep(TICK / 10)


def _end(process: subprocess.Popen[bytes]) -> None:
    """The process, and whatever it has started in its group, are gone after this."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    _ = process.wait()
    assert process.stdout is not None
    process.stdout.close()
