"""Which secrets does the portal make for itself where nobody has set one, and where are they kept?"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_KEPT = {"secret_key": 48, "demo_password": 9}  # bytes of randomness


def kept_secret(data_dir: Path, name: str) -> str:
    """The secret of that name in the data folder, made on first use; two simultaneous processes get the same one."""
    path = data_dir / name
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(_KEPT[name]), encoding="utf-8")
        _keep_first(draft, path)
    return path.read_text(encoding="utf-8").strip()


def _keep_first(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
