"""The process that reads documents. Its source is a program of its own: see ``loaders.py``.

A document of a backup may have been made to hang its reader or to fill the memory. So Open WebUI's
loaders run where they can be ended: with a limit to memory and to processor time, without the
server's secrets, and with nothing but a scratch directory to write to.

It reads one JSON object a line (``path``, ``name``, ``type``) and answers with one: ``text`` or
``problem``, with ``here`` where a library is missing rather than something wrong. Nothing in this
module may import another one of ours.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import sys
import zipfile
from typing import Any, BinaryIO

MEMORY = 1024**3
"""Bytes, above what the loaders themselves take."""

UNPACKED = 256 * 1024 * 1024
"""Bytes that an office document, which is a zip archive, may say that it unpacks to."""

CHARACTERS = 10_000_000
PROBLEM = 300


class _Local(dict[str, Any]):
    """Open WebUI's settings: whatever is not asked for here is off."""

    def __missing__(self, key: str) -> None:
        return None


def main() -> None:
    """Answer until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # libraries may print
    os.dup2(nowhere, 2)
    try:
        loader = _loader()
        _limit()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other side has to know
        _say(answers, {"problem": _told(error)})
        return
    _say(answers, {"ready": True})
    for line in sys.stdin.buffer:
        _say(answers, _answer(loader, json.loads(line)))


def _loader() -> Any:  # noqa: ANN401 - a class of Open WebUI's
    """Its loader with the engine that needs no network, whatever is configured there."""
    from open_webui.retrieval.loaders import main as loaders  # noqa: PLC0415 - only here

    # Whether a library is there is found out by using it, also in an image that calls itself slim.
    setattr(loaders, "USE_SLIM", False)  # noqa: B010 - older versions have no such name
    loader = loaders.Loader
    if "config" in inspect.signature(loader.__init__).parameters:  # since 0.12
        settings = {
            "rag.content_extraction_engine": "",
            "rag.pdf_extract_images": False,
            "rag.pdf_loader_mode": "page",
        }
        return loader(_Local(settings))
    return loader(engine="", PDF_EXTRACT_IMAGES=False, PDF_LOADER_MODE="page")


def _limit() -> None:
    try:
        import resource  # noqa: PLC0415 - Windows has none
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
            taken = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (UNPACKED, UNPACKED))
    with contextlib.suppress(OSError):
        os.nice(10)


def _answer(loader: Any, asked: dict[str, str]) -> dict[str, Any]:  # noqa: ANN401 - see above
    try:
        _look(asked["path"])
        pages = loader.load(asked["name"], asked["type"], asked["path"])
        text = " ".join(page.page_content or "" for page in pages)
    except MemoryError:
        return {"problem": "it takes too much memory"}
    except RecursionError:
        return {"problem": "it is nested too deeply"}
    except Exception as error:  # noqa: BLE001 - one document is one problem
        here = isinstance(error, ImportError) or "pip install" in str(error)
        return {"problem": _told(error), "here": here}
    if len(text) > CHARACTERS:
        return {"problem": f"its text has {len(text):,} characters, {CHARACTERS:,} at most"}
    return {"text": text}


def _look(path: str) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > UNPACKED:
        raise ValueError(f"it unpacks to {size:,} bytes, {UNPACKED:,} at most")


def _told(error: BaseException) -> str:
    detail = getattr(error, "detail", None) or str(error)
    return " ".join(f"{type(error).__name__}: {detail}".split())[:PROBLEM]


def _say(answers: BinaryIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer).encode("ascii") + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
