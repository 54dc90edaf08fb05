"""Where does a test get a real virus scanner? The distribution's clamd, with signatures that the test writes itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from jobs.core.scanner import scanner_answers

CLAMD: Final = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
EICAR: Final = "".join(
    ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-", "TEST-FILE!$H+H*")
).encode()  # put together here, so that no scanner takes this file for it
MARK: Final = b"the mark that only the tests take for a virus"
PATIENCE: Final = 60.0

_SETTINGS = """
DatabaseDirectory {folder}/signatures
LocalSocket {folder}/clamd.sock
LogFile {folder}/clamd.log
PidFile {folder}/clamd.pid
Foreground yes
StreamMaxLength {most_mb}M
SelfCheck 0
"""


@contextmanager
def scanner(most_mb: int = 30) -> Iterator[str]:
    """Run a clamd that knows the EICAR string and `MARK` as viruses; gives its address. Skips where there is none."""
    if CLAMD is None:
        if os.environ.get("CI"):
            raise RuntimeError("CI needs clamd: .ci/run installs clamav-daemon")
        pytest.skip("clamd is not installed here")
    with tempfile.TemporaryDirectory(prefix="clam") as name:
        folder = Path(name)
        (folder / "signatures").mkdir()
        signatures = {"Test.Eicar": EICAR, "Test.Mark": MARK}
        lines = [f"{virus}:0:*:{content.hex()}\n" for virus, content in signatures.items()]
        (folder / "signatures" / "tests.ndb").write_text("".join(lines))
        (folder / "clamd.conf").write_text(_SETTINGS.format(folder=folder, most_mb=most_mb))
        with (folder / "out.log").open("wb") as out:
            running = subprocess.Popen([CLAMD, f"--config-file={folder}/clamd.conf"], stdout=out, stderr=out)
        try:
            _await(f"{folder}/clamd.sock", folder / "out.log")
            yield f"{folder}/clamd.sock"
        finally:
            running.terminate()
            running.wait(30)


def _await(address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not scanner_answers(address):
        if time.monotonic() > deadline:
            raise RuntimeError(f"clamd did not start: {log.read_text()[-2000:]}")
        time.sleep(0.05)
