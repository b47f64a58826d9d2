"""A program called ``docker`` that answers as Docker with a LibreChat in it would.

:func:`main` gets STATE and the arguments. STATE is a JSON file: what containers there are, what is
in them, and what goes wrong (:class:`tests.support.librechat_host.Host` writes it). The shells of
MongoDB really run the JavaScript they are given, in Node. Everything but reading ends with status
64, and every call is recorded.

One backup calls it twenty to fifty times, so it starts with what the interpreter has loaded anyway.
"""

# ruff: noqa: T201 - printing is how a program answers
from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

PRELUDE = """
const server = JSON.parse(require('fs').readFileSync(process.argv[2], 'utf8'));
const print = text => console.log(text);
const connect = uri => {
  if (uri !== server.expected_uri) throw new Error('cannot sign in to ' + uri);
  return {getSiblingDB: name => {
    const held = name === server.database ? server.counts : {};
    const collection = {};
    collection[server.shell === 'mongo' ? 'count' : 'countDocuments'] = () => 0;
    return {
      version: () => '8.0.4',
      stats: () => ({dataSize: server.data_size}),
      getCollectionInfos: () => [
        ...Object.keys(held).map(each => ({name: each, type: 'collection'})),
        {name: 'system.views', type: 'collection'}, {name: 'report', type: 'view'},
      ],
      getCollection: each => Object.fromEntries(
        Object.keys(collection).map(count => [count, () => held[each]])),
    };
  }};
};
"""


class Docker:
    """One call of the program."""

    def __init__(self, state_file: str, arguments: list[str]) -> None:
        self.state_file = state_file
        # ASCII JSON is Python but for three words; the module for it is slow to import.
        words = {"null": None, "true": True, "false": False}
        self.state: dict[str, Any] = eval(read(state_file), words)
        self.arguments = arguments

    def call(self) -> None:
        """Record the call and answer it."""
        with open(self._beside("calls"), "a", encoding="utf-8") as calls:
            calls.write(repr((self.arguments, self.secrets_seen())) + "\n")
        match self.arguments:
            case ["compose", "version"]:
                sys.exit(0 if self.state["compose"] is not None else 1)
            case ["compose", *options, "ps", "-q", service]:
                print(self._service(options, service))
            case ["ps", "--format", _]:
                for name, container in self.state["containers"].items():
                    print(f"id-{name}\t{container['image']}\t{name}")
            case ["inspect", "--format", "{{.State.Running}}", container]:
                known = container.removeprefix("id-") in self.state["containers"]
                print("true") if known else refuse(1, "no such object")
            case ["cp", source, "-"]:
                self._copy(*source.split(":"))
            case ["exec", *rest]:
                self._exec(rest)
            case _:
                refuse(64, f"not expected: {self.arguments}")

    def secrets_seen(self) -> list[str]:
        """The command lines of this machine that show the password."""
        secret = self.state["secret"].encode()
        seen = []
        for process in filter(str.isdecimal, os.listdir("/proc")):
            try:
                with open(f"/proc/{process}/cmdline", "rb") as shown:
                    line = shown.read()
            except OSError:
                continue
            if secret in line:
                seen.append(line.decode(errors="replace"))
        return seen

    def _beside(self, name: str) -> str:
        return os.path.join(os.path.dirname(self.state_file), name)

    def _service(self, options: list[str], service: str) -> str:
        # As compose does: a file that was named, else the one in the working directory.
        file = options[1] if options[:1] == ["-f"] else self.state["compose_file"]
        if not os.path.isfile(file) or os.getcwd() != self.state["project"]:
            refuse(1, "no configuration file provided: not found")
        name = (self.state["compose"] or {}).get(service) or refuse(
            1, f"no such service: {service}"
        )
        return f"id-{name}"

    def _exec(self, rest: list[str]) -> None:
        environment: dict[str, str] = {}
        while rest[0].startswith("-"):
            if rest[0] == "-e":
                name, has_value, value = rest[1].partition("=")
                environment[name] = value if has_value else os.environ.get(name, "")
                rest = rest[1:]
            rest = rest[1:]
        container = self.state["containers"][rest[0].removeprefix("id-")]
        command = rest[1:]
        if container["kind"] == "api":
            self._in_api(container, command)
        else:
            self._in_mongo(command, environment)

    # --- LibreChat's container -------------------------------------------------------------

    def _in_api(self, container: dict[str, Any], command: list[str]) -> None:
        root = container["root"]
        match command:
            case ["printenv", "MONGO_URI"]:
                print(container["uri"]) if container["uri"] else sys.exit(1)
            case ["test", "-d", path]:
                sys.exit(0 if os.path.isdir(root + path) else 1)
            case ["tar", "-C", path, "-cf", "-", "."]:
                if not container["has_tar"]:
                    refuse(127, "exec: tar: executable file not found in $PATH")
                os.execvp("tar", ["tar", "-C", root + path, "-cf", "-", "."])
            case ["du", "-sk", path]:
                os.execvp("du", ["du", "-sk", root + path])
            case ["cat", path]:
                os.execvp("cat", ["cat", root + path])
            case _:
                refuse(64, f"not expected: {command}")

    def _copy(self, container: str, path: str) -> None:
        root = self.state["containers"][container.removeprefix("id-")]["root"] + path
        if self.state["broken_copy"]:
            sys.stdout.buffer.write(b"half a tar")
            refuse(1, "Error response from daemon: unexpected EOF")
        folder, name = os.path.split(root)
        os.execvp("tar", ["tar", "-C", folder, "-cf", "-", name])

    # --- MongoDB's container ---------------------------------------------------------------

    def _in_mongo(self, command: list[str], environment: dict[str, str]) -> None:
        shell = self.state["shell"]
        match command:
            case ["sh", "-c", "command -v mongosh || command -v mongo"]:
                print(f"/usr/bin/{shell}") if shell else sys.exit(1)
            case ["mongosh", "--nodb", "--norc", "--quiet", "--eval", program] if (
                shell == "mongosh"
            ):
                self._javascript(program, environment)
            case ["mongo", "--nodb", "--norc", "--quiet"] if shell == "mongo":
                self._javascript(sys.stdin.read(), environment)
            case [("mongoexport" | "mongodump") as tool, "--help"]:
                if tool not in self.state["tools"]:
                    refuse(127, f"exec: {tool}: executable file not found in $PATH")
                print("  --uri=  --jsonFormat= " + ("--config=" if self.state["new_tools"] else ""))
            case [("mongoexport" | "mongodump") as tool, *options]:
                self._tool(tool, options)
            case _:
                refuse(64, f"not expected: {command}")

    def _javascript(self, program: str, environment: dict[str, str]) -> None:
        if environment["HOME"] != "/dev/null":
            refuse(64, "the shell would write into the container")
        print("Warning: Could not access file: ENOTDIR")  # said by mongosh without a home
        sys.stdout.flush()
        # From standard input, as the shell itself got it: the next call may look while this runs.
        script, end = os.pipe()
        os.write(end, (PRELUDE + program).encode())
        os.close(end)
        os.dup2(script, 0)
        node = self.state["node"]
        os.execve(node, [node, "-", self.state_file], environment)

    def _tool(self, tool: str, options: list[str]) -> None:
        named = dict(option.removeprefix("--").partition("=")[::2] for option in options)
        uri = named.pop("uri", None)
        if named.pop("config", None) == "/dev/stdin":
            uri = eval(sys.stdin.read().removeprefix("uri: "))  # a JSON string is Python's, too
        if uri != self.state["expected_uri"]:
            refuse(1, f"error connecting to db server {uri}: Authentication failed")
        if named.pop("db") != self.state["database"]:
            refuse(64, "another database")
        print(f"connected to: {uri}", file=sys.stderr)
        if tool == "mongodump":
            self._dump(named)
        else:
            self._export(named)

    def _export(self, named: dict[str, str]) -> None:
        if named.pop("jsonFormat") != "canonical" or list(named) != ["collection"]:
            refuse(64, f"not expected: {named}")
        path = os.path.join(self.state["data"], f"{named['collection']}.json")
        data, out = read(path), sys.stdout.buffer
        if named["collection"] == self.state["trouble_at"]:
            out.write(data[: len(data) // 2])
            out.flush()
            self._trouble()
        out.write(data)

    def _dump(self, named: dict[str, str]) -> None:
        if named != {"archive": "", "gzip": ""}:
            refuse(64, f"not expected: {named}")
        data = read(self.state["archive"])
        if self.state["trouble_at"]:
            sys.stdout.buffer.write(data[: len(data) // 2])
            sys.stdout.buffer.flush()
            self._trouble()
        sys.stdout.buffer.write(data)
        for name, count in self.state["written"].items():
            print(
                f"2026-03-15T12:00:00\tdone dumping {self.state['database']}.{name} "
                f"({count} document{'' if count == 1 else 's'})",
                file=sys.stderr,
            )

    def _trouble(self) -> None:
        """Fail, end as if all were well, or go on for ever."""
        if self.state["trouble"] == "fails":
            refuse(1, f"Failed: connection to {self.state['expected_uri']} reset by peer")
        if self.state["trouble"] == "hangs":
            with open(self._beside("hanging"), "w", encoding="ascii") as hanging:
                hanging.write(str(os.getpid()))
            time.sleep(600)
        sys.exit(0)


def read(path: str) -> bytes:
    """A file's bytes."""
    with open(path, "rb") as opened:
        return opened.read()


def refuse(status: int, message: str) -> NoReturn:
    """End as a failing Docker does."""
    print(message, file=sys.stderr)
    sys.exit(status)


def main() -> None:
    """Answer the call that the command line holds."""
    Docker(sys.argv[1], sys.argv[2:]).call()
