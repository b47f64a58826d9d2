"""What ``docs/kubernetes.md`` shows, to be tried as it stands."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.support.environments import ROOT

GUIDE = (ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8")


def blocks(first_line: str) -> list[Any]:
    """The YAML documents of all blocks that begin with this line."""
    found: list[Any] = []
    for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL):
        if block.startswith(first_line + "\n"):
            found += yaml.safe_load_all(block)
    return found


def shell(command: str) -> list[str]:
    """What the terminal of the block with this command shows, its commands among it."""
    (found,) = re.findall(rf"```console\n(\$ {re.escape(command)}\n.*?)```", GUIDE, re.DOTALL)
    return str(found).splitlines()


def helm_commands(release: str) -> list[list[str]]:
    """Every command that gives Helm a chart, for a release of that name."""
    found = re.findall(r"helm \w+ [^`\n]*open-webui-stack[^`\n]*", GUIDE)
    return [command.replace("<release-name>", release).split() for command in found]


def exec_command(pod: str) -> list[str]:
    """The command that the guide runs in a pod with ``kubectl exec``, in a block of its own."""
    (found,) = re.findall(rf"^\$ kubectl exec {re.escape(pod)} -- (.+)$", GUIDE, re.MULTILINE)
    return str(found).split()
