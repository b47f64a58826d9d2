"""A little of the Kubernetes API over HTTPS: what Helm and the chart's own script ask for.

Shapes of answers from the Kubernetes API reference (batch/v1 Job, meta/v1 Status, DeleteOptions).
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TOKEN = "stand-in-token"
Answer = tuple[int, dict[str, Any]]


@dataclass
class Api:
    """Objects by path, the requests that came, and what to do before an answer is given."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[tuple[str, str, Any]] = field(default_factory=list)
    before: Callable[[str, str], None] | None = None
    polls_until_gone: int = 0
    port: int = 0
    home: Path = Path()

    def answer(self, method: str, path: str, body: Any) -> Answer:
        """What a cluster would say."""
        self.requests.append((method, path, body))
        if self.before is not None:
            self.before(method, path)
        found = self.objects.get(path)
        if found is None:
            return _status(404, "NotFound", f"{path} not found")
        if method == "GET":
            self._finish_deletion(path, found)
            return 200, found
        return self._delete(path, found, body or {})

    def _finish_deletion(self, path: str, found: dict[str, Any]) -> None:
        if "deletionTimestamp" not in found.get("metadata", {}):
            return
        self.polls_until_gone -= 1
        if self.polls_until_gone <= 0:
            del self.objects[path]

    def _delete(self, path: str, found: dict[str, Any], options: dict[str, Any]) -> Answer:
        wanted = options.get("preconditions", {}).get("uid")
        if wanted and wanted != found["metadata"]["uid"]:
            return _status(409, "Conflict", "the UID in the precondition does not match")
        if self.polls_until_gone:
            found["metadata"]["deletionTimestamp"] = "2026-03-01T12:00:00Z"
        else:
            del self.objects[path]
        return 200, found


_KINDS = {
    "v1": ["ConfigMap", "PersistentVolumeClaim", "Secret", "Service", "ServiceAccount"],
    "apps/v1": ["Deployment", "StatefulSet"],
    "batch/v1": ["Job"],
    "networking.k8s.io/v1": ["Ingress"],
    "rbac.authorization.k8s.io/v1": ["Role", "RoleBinding"],
}


def discovery() -> dict[str, dict[str, Any]]:
    """What Helm asks of a cluster before anything else: its version and kinds, no releases."""
    answers: dict[str, dict[str, Any]] = {
        "/version": {"major": "1", "minor": "33", "gitVersion": "v1.33.0"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/api/v1/namespaces/chat/secrets": {"kind": "SecretList", "apiVersion": "v1", "items": []},
    }
    groups = []
    for version, kinds in _KINDS.items():
        group, _, number = version.rpartition("/")
        entry = {"groupVersion": version, "version": number}
        if group:
            groups.append({"name": group, "versions": [entry], "preferredVersion": entry})
        answers[f"/apis/{version}" if group else "/api/v1"] = {
            "kind": "APIResourceList",
            "groupVersion": version,
            "resources": [
                {
                    "name": kind.lower() + ("es" if kind.endswith("s") else "s"),
                    "kind": kind,
                    "namespaced": True,
                    "verbs": ["get", "list"],
                }
                for kind in kinds
            ],
        }
    answers["/apis"] = {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    return answers


def kubeconfig(api: Api) -> Path:
    """A file that leads Helm to the stand-in."""
    path = api.home / "kubeconfig"
    cluster = {
        "server": f"https://127.0.0.1:{api.port}",
        "certificate-authority": str(api.home / "ca.crt"),
    }
    context = {"cluster": "stand-in", "user": "stand-in", "namespace": "chat"}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "stand-in",
        "clusters": [{"name": "stand-in", "cluster": cluster}],
        "users": [{"name": "stand-in", "user": {"token": TOKEN}}],
        "contexts": [{"name": "stand-in", "context": context}],
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _status(code: int, reason: str, message: str) -> Answer:
    return code, {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }


@contextmanager
def serve(home: Path) -> Iterator[Api]:
    """The API on a free port of 127.0.0.1; ``home`` gets ``ca.crt`` and ``token``."""
    api = Api(home=home)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            self._reply(None)

        def do_DELETE(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self._reply(json.loads(self.rfile.read(length) or b"null"))

        def _reply(self, body: Any) -> None:
            path = self.path.split("?", 1)[0]
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                code, answer = _status(401, "Unauthorized", "Unauthorized")
            else:
                code, answer = api.answer(self.command, path, body)
            content = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    certificate, key = _certificate(home)
    (home / "token").write_text(TOKEN)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    api.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(home: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    home.mkdir(parents=True, exist_ok=True)
    paths = home / "ca.crt", home / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
