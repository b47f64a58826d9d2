"""The process that reads documents. Its source is a program of its own: see ``loaders.py``.

A document of a backup may have been made to hang its reader or to fill the memory. So Open WebUI's
loaders run where they can be ended: with a limit to memory and to processor time, without the
server's secrets, and in a scratch directory. It ends with the process that started it, and where
memory runs out it is the first to go.

It reads one JSON object a line (``path``, ``name``, ``type``, and ``seconds`` of processor time)
and answers with one: ``bytes``, so many of UTF-8 follow, or ``problem``, with ``here`` where
something is missing on this machine rather than wrong with the document. Nothing in this module may
import another one of ours.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import inspect
import json
import os
import signal
import sys
import zipfile
from typing import Any, BinaryIO

MEMORY = 1024**3
"""Bytes, above what the loaders themselves take."""

UNPACKED = 256 * 1024 * 1024
"""Bytes that an office document, which is a zip archive, may say that it unpacks to."""

CHARACTERS = 10_000_000
PROBLEM = 300

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG, prctl(2)
_HERE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE})
"""Errors of the machine, which no document has made."""


class _Local(dict[str, Any]):
    """Open WebUI's settings: whatever is not asked for here is off."""

    def __missing__(self, key: str) -> None:
        return None


def main() -> None:
    """Answer until nobody asks any more."""
    _stay_behind()
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
        asked = json.loads(line)
        _limit_processor(int(asked["seconds"]))
        _say(answers, _answer(loader, asked))


def _stay_behind() -> None:
    """Outlive nobody: neither the run that started this process nor the server in its container."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123
        score.write("1000")
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if str(os.getppid()) not in sys.argv[1:]:  # it died in between
            os._exit(1)


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


def _limit_processor(seconds: int) -> None:
    """So many from now on. What a document makes its reader start inherits the limit."""
    try:
        import resource  # noqa: PLC0415 - see above
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(used.ru_utime + used.ru_stime) + 1 + seconds
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (wanted, most))


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
        here = here or (isinstance(error, OSError) and error.errno in _HERE)
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
    """As bytes: a text in JSON would be up to three times as long, and read once more."""
    head, text = answer, b""
    if "text" in answer:
        text = str(answer["text"]).encode("utf-8", "ignore")
        head = {"bytes": len(text)}
    answers.write(json.dumps(head).encode("ascii") + b"\n" + text)
    answers.flush()


if __name__ == "__main__":
    main()
