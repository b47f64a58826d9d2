"""The script that backs up a LibreChat in Docker, with a stand-in for Docker."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import tarfile
import time
from pathlib import Path

import pytest

from migrator_core import __version__
from migrator_core.librechat import BackupKind, open_backup
from tests.support.docker_stand_in import Docker
from tests.support.librechat_host import (
    COUNTS,
    PLAIN_URI,
    SCRIPT,
    SECRET,
    SOME,
    URI,
    Host,
)
from tests.support.sample import SAMPLE
from tests.support.snapshots import file_hashes

READING = {"compose", "ps", "inspect", "exec", "cp"}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    host = Host(tmp_path)
    host.state["counts"] = SOME
    return host


def made(host: Host, done: subprocess.CompletedProcess[str], status: int = 0) -> Path:
    """The backup that a run made, and nothing beside it."""
    assert done.returncode == status, done.stderr
    (path,) = host.output.iterdir()
    assert done.stdout.splitlines()[-1] == str(path)
    assert re.fullmatch(r"librechat-backup-\d{8}-\d{6}\.tar\.gz", path.name)
    return path


def unpacked(path: Path, into: Path) -> Path:
    with tarfile.open(path) as packed:
        packed.extractall(into, filter="data")
    (folder,) = into.iterdir()
    assert folder.name == path.name.removesuffix(".tar.gz")
    return folder


def refused(host: Host, done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, done.stdout
    for each in words:
        assert each in done.stderr
    assert SECRET not in done.stderr + done.stdout
    assert list(host.output.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "kind"),
    [((), BackupKind.MONGOEXPORT), (("--mongodump",), BackupKind.MONGODUMP_ARCHIVE)],
)
def test_what_it_makes_is_read_whole(
    host: Host, options: tuple[str, ...], kind: BackupKind, tmp_path: Path
) -> None:
    host.state["counts"] = COUNTS
    path = made(host, host.back_up(*options))
    with open_backup(path, workdir=tmp_path / "work") as backup:
        assert (backup.kind, backup.container) == (kind, "tar.gz")
        assert {
            name: sum(document.data is not None for document in backup.documents(name))
            for name in backup.collections
        } == COUNTS
        for document in backup.documents("files"):
            assert document.data
            if document.data.get("source") == "local":
                wanted = SAMPLE / "files" / document.data["filepath"].lstrip("/")
                if wanted.is_file():
                    blob = backup.blobs.find(document.data["filepath"], user=document.data["user"])
                    with blob.open() as opened:
                        assert opened.read() == wanted.read_bytes()
        assert backup.notices == []


def test_it_lies_as_the_documentation_says(host: Host, tmp_path: Path) -> None:
    host.state["counts"] = COUNTS
    folder = unpacked(made(host, host.back_up()), tmp_path / "unpacked")
    assert {path.name for path in folder.iterdir()} == {
        "data", "files", "SHA256SUMS", "backup-info.txt"
    }  # fmt: skip
    for part in ("data", "files/uploads", "files/images"):
        assert file_hashes(folder / part) == file_hashes(SAMPLE / part)
    info = (folder / "backup-info.txt").read_text("utf-8")
    for line in ("LibreChat: v0.8.0", "MongoDB: 8.0.4", "database: LibreChat", "  users: 7"):
        assert line in info.splitlines()


def test_its_checksums_cover_every_file(host: Host, tmp_path: Path) -> None:
    folder = unpacked(made(host, host.back_up()), tmp_path / "unpacked")
    listed = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split("  ", 1) for line in listed)}
    files = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file()}
    del files["SHA256SUMS"]
    assert sums == {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in files.items()}
    subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=folder, check=True)


@pytest.mark.parametrize("options", [(), ("--mongodump",)])
@pytest.mark.parametrize("shell", ["mongosh", "mongo"])
def test_the_password_is_on_no_command_line_and_nothing_is_written(
    host: Host, options: tuple[str, ...], shell: str
) -> None:
    host.state["shell"] = shell
    done = host.back_up(*options)
    path = made(host, done)
    assert SECRET not in str(host.calls) + done.stdout + done.stderr
    assert host.leaks == []
    assert {call[0] for call in host.calls} == READING - {"ps", "cp"}
    assert path.stat().st_mode & 0o077 == 0
    assert [item.name for item in host.project.iterdir()] == ["docker-compose.yml"]


def test_the_stand_in_would_see_a_password(host: Host) -> None:
    host.back_up("--no-files")
    pipe = subprocess.PIPE
    command = ["sh", "-c", "echo ready; read line", SECRET]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout
        process.stdout.readline()
        seen = Docker(str(host.home / "state.json"), []).secrets_seen()
        process.communicate(b"\n")
    assert len(seen) == 1


def test_quiet_says_only_where_the_backup_is(host: Host) -> None:
    done = host.back_up("--quiet")
    assert (done.stdout, done.stderr) == (f"{made(host, done)}\n", "")


def test_without_files_nothing_is_asked_of_them(host: Host, tmp_path: Path) -> None:
    folder = unpacked(made(host, host.back_up("--no-files")), tmp_path / "unpacked")
    assert not (folder / "files").exists()
    assert "uploads: not in this backup" in (folder / "backup-info.txt").read_text("utf-8")


# --- finding the containers ---------------------------------------------------------------------


def test_another_compose_file_and_other_services(host: Host) -> None:
    (host.project / "docker-compose.yml").rename(host.project / "deploy compose.yml")
    host.state["compose"] = {"db": "chat-mongodb", "web": "LibreChat"}
    made(
        host,
        host.back_up(
            "--compose-file=deploy compose.yml", "--mongo-service", "db", "--api-service", "web"
        ),
    )
    assert not any(call[0] == "ps" for call in host.calls)


@pytest.mark.parametrize("compose", [None, {}], ids=["no compose", "no such services"])
def test_containers_are_found_by_their_images(host: Host, compose: dict[str, str] | None) -> None:
    host.state["compose"] = compose
    shutil.copy("/bin/false", host.home / "bin" / "docker-compose")
    made(host, host.back_up())


def test_a_separate_docker_compose_is_used(host: Host) -> None:
    host.state["compose"] = None
    program = host.home / "bin" / "docker-compose"
    program.write_text(
        '#!/bin/sh\ncase "$*" in "ps -q mongodb") echo id-chat-mongodb;; '
        '"ps -q api") echo id-LibreChat;; *) exit 1;; esac\n'
    )
    program.chmod(0o755)
    made(host, host.back_up())
    assert not any(call[0] == "ps" for call in host.calls)


def test_named_containers_are_taken(host: Host) -> None:
    host.state["compose"] = {}
    host.state["containers"]["other-mongo"] = {"kind": "mongo", "image": "mongo:7"}
    refused(host, host.back_up(), "several containers", "other-mongo", "--mongo-container")
    made(host, host.back_up("--mongo-container", "chat-mongodb", "--api-container=LibreChat"))


@pytest.mark.parametrize(
    ("gone", "options", "word"),
    [
        ("chat-mongodb", (), "No running container of MongoDB was found"),
        ("chat-mongodb", ("--mongo-container=chat-mongodb",), "no running container chat-mongodb"),
        ("LibreChat", ("--api-container=LibreChat",), "no running container LibreChat"),
    ],
)
def test_a_missing_container_is_told(
    host: Host, gone: str, options: tuple[str, ...], word: str
) -> None:
    del host.state["containers"][gone]
    refused(host, host.back_up(*options), word)


def test_files_come_from_the_host_where_librechat_does_not_run(host: Host, tmp_path: Path) -> None:
    del host.state["containers"]["LibreChat"]
    host.state["expected_uri"] = "mongodb://127.0.0.1:27017/"
    shutil.copytree(SAMPLE / "files" / "uploads", host.project / "uploads")
    done = host.back_up()
    folder = unpacked(made(host, done), tmp_path / "unpacked")
    assert file_hashes(folder / "files" / "uploads") == file_hashes(SAMPLE / "files" / "uploads")
    assert not (folder / "files" / "images").exists()
    assert "There is no folder of images" in done.stderr


def test_an_image_without_tar_is_copied_by_docker(host: Host, tmp_path: Path) -> None:
    for name in ("uploads", "client/public/images"):  # Docker does not follow links here
        (host.root / "app" / name).unlink()
        shutil.copytree(SAMPLE / "files" / Path(name).name, host.root / "app" / name)
    host.state["containers"]["LibreChat"]["has_tar"] = False
    folder = unpacked(made(host, host.back_up()), tmp_path / "unpacked")
    assert file_hashes(folder / "files") == file_hashes(SAMPLE / "files")


# --- reaching the database ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (PLAIN_URI, "mongodb://mongodb:27017/"),
        (f"mongodb://u:{SECRET}@m/LibreChat?authSource=admin&tls=true",
         f"mongodb://u:{SECRET}@m/?authSource=admin&tls=true"),
        (f"mongodb://u:{SECRET}@m1,m2/LibreChat?replicaSet=rs0",
         f"mongodb://u:{SECRET}@m1,m2/?replicaSet=rs0&authSource=LibreChat"),
        (f"mongodb+srv://u:{SECRET}@cluster.example/LibreChat",
         f"mongodb+srv://u:{SECRET}@cluster.example/"),
        (
            f"mongodb://u:{SECRET}@m:27017?authMechanism=SCRAM-SHA-256",
            f"mongodb://u:{SECRET}@m:27017/?authMechanism=SCRAM-SHA-256&authSource=admin",
        ),
        (
            f"mongodb://CN={SECRET}@m/LibreChat?authMechanism=MONGODB-X509",
            f"mongodb://CN={SECRET}@m/?authMechanism=MONGODB-X509",
        ),
    ],
)  # fmt: skip
def test_people_sign_in_as_before(host: Host, uri: str, expected: str) -> None:
    host.state["containers"]["LibreChat"]["uri"] = uri
    host.state["expected_uri"] = expected
    made(host, host.back_up("--no-files"))
    assert host.leaks == []


def test_the_connection_string_may_stand_in_the_env_file(host: Host) -> None:
    host.state["containers"]["LibreChat"]["uri"] = None
    (host.root / "app" / ".env").write_text(f'HOST=localhost\nMONGO_URI="{URI}"\nPORT=3080\n')
    made(host, host.back_up("--no-files"))


def test_another_database_and_connection_string(host: Host, tmp_path: Path) -> None:
    host.state["database"] = "chat 2"
    host.state["expected_uri"] = f"mongodb://root:{SECRET}@127.0.0.1/?authSource=admin"
    variables = {"LIBRECHAT_MONGO_URI": f"mongodb://root:{SECRET}@127.0.0.1/admin"}
    refused(
        host, host.back_up("--no-files", variables=variables), "database admin holds no LibreChat"
    )
    done = host.back_up("--no-files", "--database=chat 2", "--mongodump", variables=variables)
    folder = unpacked(made(host, done), tmp_path / "unpacked")
    assert (folder / "dump" / "chat 2.archive.gz").is_file()


def test_a_wrong_password_is_told_without_showing_it(host: Host) -> None:
    host.state["expected_uri"] = "mongodb://somebody:else@mongodb/"
    refused(host, host.back_up(), "did not list the collections", "LIBRECHAT_MONGO_URI")


@pytest.mark.parametrize("uri", ["postgres://db/x", "mongodb:///nowhere"])
def test_what_is_no_connection_string_is_told(host: Host, uri: str) -> None:
    refused(host, host.back_up(variables={"LIBRECHAT_MONGO_URI": uri}), "not a connection string")


def test_old_tools_without_a_password_work(host: Host) -> None:
    host.state["new_tools"] = False
    refused(host, host.back_up(), "too old to take a password")
    host.state["containers"]["LibreChat"]["uri"] = PLAIN_URI
    host.state["expected_uri"] = "mongodb://mongodb:27017/"
    made(host, host.back_up("--no-files"))


@pytest.mark.parametrize(
    ("tools", "options", "word"),
    [
        (["mongodump"], (), "use --mongodump"),
        (["mongoexport"], ("--mongodump",), "leave --mongodump out"),
        ([], (), "database tools"),
        ([], ("--mongodump",), "database tools"),
    ],
)
def test_missing_tools_are_told(
    host: Host, tools: list[str], options: tuple[str, ...], word: str
) -> None:
    host.state["tools"] = tools
    refused(host, host.back_up(*options), word)


def test_a_missing_shell_is_told(host: Host) -> None:
    host.state["shell"] = ""
    refused(host, host.back_up(), "neither mongosh nor mongo")


# --- when something goes wrong ------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("--mongodump",)])
def test_a_failing_export_leaves_nothing(host: Host, options: tuple[str, ...]) -> None:
    host.state |= {"trouble_at": "messages", "trouble": "fails"}
    refused(host, host.back_up(*options), "failed", "reset by peer", "***@mongodb")


def test_half_a_dump_is_no_backup(host: Host) -> None:
    host.state |= {"trouble_at": "messages", "trouble": "ends early"}
    refused(host, host.back_up("--mongodump"), "not whole")


def test_files_that_cannot_be_copied_leave_nothing(host: Host) -> None:
    host.state["containers"]["LibreChat"]["has_tar"] = False
    host.state["broken_copy"] = True
    refused(host, host.back_up(), "/app/uploads", "could not be copied")


@pytest.mark.parametrize("options", [(), ("--mongodump",)])
def test_fewer_documents_than_counted_are_told(
    host: Host, options: tuple[str, ...], tmp_path: Path
) -> None:
    host.state["counts"] = SOME | {"messages": 100_000}
    done = host.back_up(*options, "--no-files")
    folder = unpacked(made(host, done, 4), tmp_path / "unpacked")
    said = f"messages: {COUNTS['messages']} documents written, 100000 counted"
    assert said in done.stderr
    assert "  fewer than the 100000" in (folder / "backup-info.txt").read_text("utf-8")


def test_more_documents_than_counted_are_fine(host: Host) -> None:
    """People write while the backup is made."""
    host.state["counts"] = SOME | {"messages": 1}
    made(host, host.back_up("--no-files"))


@pytest.mark.parametrize("options", [(), ("--mongodump",)])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopped_in_the_middle_it_leaves_nothing(
    host: Host, number: signal.Signals, options: tuple[str, ...]
) -> None:
    host.state |= {"trouble_at": "messages", "trouble": "hangs"}
    with host.start(*options) as process:
        os.kill(process.pid, number)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 128 + number, output
    assert "nothing is left behind" in output
    assert list(host.output.iterdir()) == []
    hanging = Path("/proc", (host.home / "hanging").read_text(), "stat")
    deadline = time.monotonic() + 30
    while _alive(hanging):  # what it started ends, too
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _alive(process: Path) -> bool:
    try:
        return process.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_an_existing_backup_is_not_overwritten(host: Host) -> None:
    """Whatever second it is: every name is taken."""
    shadow = host.home / "bin" / "date"
    shadow.write_text("#!/bin/sh\necho 20260315-120000\n")
    shadow.chmod(0o755)
    taken = host.output / "librechat-backup-20260315-120000.tar.gz"
    taken.write_text("older")
    done = host.back_up()
    assert (done.returncode, taken.read_text()) == (1, "older")
    assert "exists already" in done.stderr
    assert list(host.output.iterdir()) == [taken]


def test_a_small_disk_is_told_before_anything_is_written(host: Host) -> None:
    host.state["data_size"] = 10**18
    refused(host, host.back_up(), "Not enough free disk space", "--no-space-check")
    made(host, host.back_up("--no-space-check", "--no-files"))


# --- the command line ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [["--surprise"], ["--output"], ["--database="], ["backup"], ["-x"]]
)
def test_wrong_usage_is_told(arguments: list[str]) -> None:
    done = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--help" in done.stderr


def test_help_names_every_option_and_the_version_is_the_tools() -> None:
    text = subprocess.run([SCRIPT, "--help"], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+(?=[ )|])", SCRIPT.read_text("utf-8")))
    ours = {"--output", "--project-dir", "--mongo-service", "--mongodump", "--no-space-check"}
    assert ours <= known
    assert all(option in text for option in ours)
    version = subprocess.run([SCRIPT, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout == f"{SCRIPT.name} {__version__}\n"


def test_the_linter_has_nothing_to_say() -> None:
    linter = shutil.which("shellcheck")
    if linter is None and os.environ.get("CI") != "true":
        pytest.skip("shellcheck is not installed (Debian: apt-get install shellcheck)")
    assert linter is not None, "shellcheck is not installed"
    done = subprocess.run([linter, SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
