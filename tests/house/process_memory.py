"""How much memory did each test process take at its peak? Said at the end of a run by several processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.memory import peak_of_memory

_TOLD = "peak_of_memory"
_PEAKS = pytest.StashKey[dict[str, float]]()


def tell(config: pytest.Config) -> None:
    """In a test process that is ending: tell the one that started it how much this one took, where the system knows."""
    output = getattr(config, "workeroutput", None)
    if output is not None and Path("/proc/self/status").exists():
        output[_TOLD] = peak_of_memory()


def note(node: Any) -> None:
    """In the one that started it: keep what a test process has told; one that was killed has told nothing."""
    told = getattr(node, "workeroutput", {}).get(_TOLD)
    if told is not None:
        node.config.stash.setdefault(_PEAKS, {})[node.gateway.id] = told


def sentence(config: pytest.Config) -> str:
    """What the test processes took, in one line; empty where there was only one."""
    peaks = config.stash.get(_PEAKS, {})
    told = ", ".join(f"{peak:.0f}" for _, peak in sorted(peaks.items()))
    return f"Memory of the test processes at their peaks: {told} MB" if peaks else ""
