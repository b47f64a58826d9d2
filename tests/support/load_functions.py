"""Loads versions of the built files with Open WebUI's own loader; its interpreter runs this.

Words: the program, the Action's file, what Open WebUI imports. Prints one JSON object on the last
line.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from pathlib import Path
from typing import Any

PREFIX = "librechat_migration_"


async def main(program: str, buttons: str, functions: str) -> None:
    """Load, load again as an edited version, and import everything each version has."""
    from open_webui.utils.plugin import (  # noqa: PLC0415 - tests import this file
        load_function_module_by_id as load,
    )

    seen = []
    for version in ("one", "two", "three", "one"):
        text = program.replace('__version__ = "', f'__version__ = "{version} ')
        instance, kind, frontmatter, *_ = await load("librechat_migration", text)
        seen.append(_described(instance, kind, frontmatter))
    instance, kind, frontmatter, *_ = await load("librechat_migration_buttons", buttons)
    record = {"program": seen, "buttons": _described(instance, kind, frontmatter)}
    packed = next(f["content"] for f in json.loads(functions) if f["id"] == "librechat_migration")
    instance, kind, frontmatter, *_ = await load("librechat_migration", packed)
    record["packed"] = _described(instance, kind, frontmatter)
    sys.stdout.write("\n" + json.dumps(record) + "\n")


def _described(instance: Any, kind: str, frontmatter: dict[str, str]) -> dict[str, Any]:
    package = type(instance).__module__.partition(".")[0]
    at_load = _modules(package)
    if package.startswith(PREFIX):
        finder: Any = sys.modules[package].__loader__
        for name in sorted(finder._paths):
            importlib.import_module(name)
    core = sys.modules.get(f"{package}.migrator_core")
    return {
        "class": type(instance).__name__,
        "kind": kind,
        "frontmatter": frontmatter,
        "package": package,
        "at_load": at_load,
        "modules": len(_modules(package)),
        "version": getattr(core, "__version__", None),
        "packages": sorted({n.partition(".")[0] for n in sys.modules if n.startswith(PREFIX)}),
    }


def _modules(package: str) -> list[str]:
    return sorted(name for name in sys.modules if name.startswith(f"{package}."))


if __name__ == "__main__":
    asyncio.run(main(*(Path(word).read_text(encoding="utf-8") for word in sys.argv[1:4])))
