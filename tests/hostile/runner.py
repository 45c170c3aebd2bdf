"""Give hostile cases to workers that may die, and collect what became of each."""

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.hostile.case import Case

ROOT = Path(__file__).resolve().parents[2]
#: Seconds after which a case is held to hang, on a machine that does other things besides.
PATIENCE = 90.0
_FIRST = 120.0
#: How many times in a row, two seconds apart, a process is seen asleep before it is held to hang.
_ASLEEP = 6
_HANGS = "hangs"


def network_of_own() -> list[str]:
    """Return the command that starts a process in a network of its own, where that is allowed."""
    if shutil.which("unshare"):
        for how in (["unshare", "-rn"], ["unshare", "-n"]):
            if subprocess.run([*how, "true"], capture_output=True, check=False).returncode == 0:
                return how
    return []


def _sleeps(process: int) -> bool:
    """Test whether a process waits for something that may never come, where Linux tells."""
    try:
        told = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] == "S"


class _Worker:
    """A process that runs cases, and is started again when it dies."""

    def __init__(self, before: Sequence[str]) -> None:
        self.before = list(before)
        self.process: subprocess.Popen[str] | None = None

    def run(self, case: Case) -> dict[str, Any]:
        if self.process is None:
            self._start()
        assert self.process is not None
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(f"{case.name}\n")
            self.process.stdin.flush()
        except OSError:
            return self._dead(case)
        patience = (6 if case.heavy else 1) * PATIENCE + (_FIRST if self.first else 0)
        line = self._answer(patience)
        if line == _HANGS:
            self.stop()
            return {"name": case.name, "complaints": ["hangs"]}
        self.first = False
        if line is None:
            return self._dead(case)
        told: dict[str, Any] = json.loads(line)
        # What a heavy case left allocated is not to be the next one's fault.
        if told.pop("address_space", 0) > 6 << 30:
            self.stop()
        return told

    def _answer(self, patience: float) -> str | None:
        """Wait for a line, as long as the process does anything."""
        asleep, until = 0, time.monotonic() + patience
        while asleep < _ASLEEP and time.monotonic() < until:
            with contextlib.suppress(queue.Empty):
                return self.lines.get(timeout=2.0)
            assert self.process is not None
            asleep = asleep + 1 if _sleeps(self.process.pid) else 0
        return _HANGS

    def _start(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_NUM_THREADS": "1"}
        environment |= {"OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
        environment |= {"HOSTILE_NETWORK": "own"} if self.before else {}
        self.process = subprocess.Popen(
            [*self.before, sys.executable, "-m", "tests.hostile.worker"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.first = True
        threading.Thread(target=self._read, args=(self.process, self.lines), daemon=True).start()

    @staticmethod
    def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    def _dead(self, case: Case) -> dict[str, Any]:
        status = None if self.process is None else self.process.wait()
        self.stop()
        why = "used up its CPU time" if status == -24 else f"died, status {status}"
        return {"name": case.name, "complaints": [f"the process {why}"]}

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                assert pipe is not None
                with contextlib.suppress(OSError):
                    pipe.close()
        self.process = None


def run_cases(
    cases: Iterable[Case],
    *,
    processes: int = 2,
    before: Sequence[str] | None = None,
    told: Callable[[dict[str, Any]], object] = lambda result: None,
) -> dict[str, dict[str, Any]]:
    """Run cases in some processes; return what became of each, by name.

    Parameters
    ----------
    cases : iterable of Case
        Heavy ones may take more memory and time.
    processes : int
        How many run at once.
    before : sequence of str, optional
        What starts the processes, such as ``strace``; by default in a network of their own.
    told : callable, optional
        Is told of every result as it comes.
    """
    waiting: queue.SimpleQueue[Case] = queue.SimpleQueue()
    for case in sorted(cases, key=lambda case: not case.heavy):
        waiting.put(case)
    results: dict[str, dict[str, Any]] = {}
    how = network_of_own() if before is None else before

    def work(_: int) -> None:
        worker = _Worker(how)
        while True:
            try:
                case = waiting.get_nowait()
            except queue.Empty:
                break
            results[case.name] = worker.run(case)
            told(results[case.name])
        worker.stop()

    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(work, range(processes)))
    return results
