"""A release of the chart as a cluster would have it, with PostgreSQL and Open WebUI for real.

``Release.upgrade`` renders; pods of what was rendered can then be run. Open WebUI's container runs
in a sandbox of its own, as its manifest says. Its image's start script is no part of the
package, so the command is the one which that script ends with, on a free port. PostgreSQL runs
outside, with user, password and database of its manifest, and answers at its service's address.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql

from tests.support.databases import Postgres
from tests.support.helm import RELEASE, Rendered, run_helm
from tests.support.image import Image
from tests.support.openwebui import answers, http_client
from tests.support.pod import Cluster, Manifest, Pod, variables_of
from tests.support.processes import free_port

SERVICE_ADDRESS = str(IPv4Address("127.64.0.1") + os.getpid() % (1 << 22))
"""Where services of the release answer: an address of this machine that no other process uses."""
POSTGRES_PORT = 5432

SMALL: Mapping[str, Any] = {
    "image": {"useSlim": True},
    "enableOpenaiApi": False,
    "extraEnvVars": [
        {"name": "ENABLE_OLLAMA_API", "value": "false"},
        {"name": "OFFLINE_MODE", "value": "true"},
        {"name": "RAG_EMBEDDING_ENGINE", "value": "openai"},
    ],
}
"""The values of an Open WebUI that loads no models and asks nobody."""


class Release:
    """One release and its namespace."""

    def __init__(self, chart: Path, home: Path, image: Image) -> None:
        self.chart = chart
        self.home = home
        self.cluster = Cluster(home, image)
        self.existing: list[Manifest] = []
        self._kept: list[Manifest] = []
        self.rendered = Rendered((), "")

    def upgrade(self, *values: Mapping[str, Any]) -> Rendered:
        """``helm upgrade --install`` with values files.

        Raises:
            RuntimeError: Helm refused; the text says why.
        """
        arguments: list[str | Path] = [
            *("template", RELEASE, self.chart),
            *("--namespace", "chat", "--kube-version", "1.33.0"),
        ]
        for number, one in enumerate((SMALL, *values)):
            path = self.home / f"values-{number}.yaml"
            path.write_text(yaml.safe_dump(dict(one)), encoding="utf-8")
            arguments += ["--values", path]
        done = run_helm(*arguments)
        if done.returncode:
            raise RuntimeError(done.stderr)
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        found = tuple(one for one in yaml.load_all(done.stdout, Loader=loader) if one)
        self.rendered = Rendered(found, done.stdout)
        # In a cluster, the chart looks its secret up and keeps what it has made up.
        self._kept = self._kept or [*self.rendered.of("Secret")]
        self.cluster.objects = [*self.existing, *self._kept, *self.rendered.of("ConfigMap")]
        return self.rendered

    def job(self) -> Pod:
        """A pod of the migration Job."""
        return Pod(self.rendered.pod, self.cluster)

    @contextmanager
    def server(self) -> Iterator[str]:
        """Open WebUI's pod, running; its URL.

        Raises:
            RuntimeError: it did not start; the text ends with its log.
        """
        port = free_port()
        command = ["python", "-m", "uvicorn", "open_webui.main:app", "--host", "127.0.0.1"]
        pod = Pod(self.rendered.server, self.cluster)
        with pod.start("open-webui", [*command, "--port", str(port)]) as running:
            url, end = f"http://127.0.0.1:{port}", time.monotonic() + 120
            with http_client(url, timeout=2) as http:
                while not answers(http):
                    if not running.alive or time.monotonic() > end:
                        raise RuntimeError(f"Open WebUI did not start:\n{running.log()[-6000:]}")
                    time.sleep(0.1)
            yield url

    @contextmanager
    def postgres_service(self, server: Postgres) -> Iterator[None]:
        """The bundled PostgreSQL: its database in a real server, reached by its service's name."""
        (service,) = [
            one
            for one in self.rendered.of("Service")
            if one["metadata"]["labels"]["app.kubernetes.io/component"] == "postgres"
        ]
        stateful = self.rendered.get("StatefulSet", service["metadata"]["name"])
        (container,) = stateful["spec"]["template"]["spec"]["containers"]
        given = variables_of(container, self.cluster)
        user, database = given["POSTGRES_USER"], given["POSTGRES_DB"]
        create_user(server, user, given["POSTGRES_PASSWORD"], database)
        with forward(server):
            yield


def create_user(server: Postgres, user: str, password: str, *databases: str) -> None:
    """A user who must give a password, and new databases of theirs."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        role = sql.Identifier(user)
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password))
        )
        for database in databases:
            name = sql.Identifier(database)
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, role))
        (found,) = connection.execute("SHOW hba_file").fetchone() or ("",)
        rules = Path(found)
        line = f"host all {user} 127.0.0.1/32 scram-sha-256\n"
        rules.write_text(line + rules.read_text())
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def forward(server: Postgres) -> Iterator[None]:
    """Let the server answer at the service's address and port."""
    target = ("127.0.0.1", int(server.url("x").rpartition(":")[2].split("/")[0]))
    with socket.create_server((SERVICE_ADDRESS, POSTGRES_PORT), backlog=64) as listening:
        accepting = threading.Thread(target=_accept, args=(listening, target), daemon=True)
        accepting.start()
        try:
            yield
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join(30)


def _accept(listening: socket.socket, target: tuple[str, int]) -> None:
    relays = []
    with suppress(OSError):
        while True:
            near, _ = listening.accept()
            relay = threading.Thread(target=_relay, args=(near, target), daemon=True)
            relay.start()
            relays.append(relay)
    for relay in relays:  # each ends with its client
        relay.join(30)


def _relay(near: socket.socket, target: tuple[str, int]) -> None:
    with suppress(OSError), near, socket.create_connection(target) as far:
        other = {near: far, far: near}
        while True:
            for one in select.select([near, far], [], [])[0]:
                block = one.recv(1 << 16)
                if not block:
                    return
                other[one].sendall(block)


def hand_over(folder: Path, uid: int, *, mode: str = "u=rwX,go=") -> None:
    """Give a folder to a user and to nobody else, as a copying pod of that user leaves it."""
    subprocess.run(["chown", "-R", f"{uid}:{uid}", folder], check=True)
    subprocess.run(["chmod", "-R", mode, folder], check=True)
