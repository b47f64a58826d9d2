"""Recreates the exact pins in ``requirements/*.txt`` from the small ``.in`` files beside them.

Open WebUI's wheel asks for far more than a server needs (torch among it). Since 0.11 the wheel
carries ``requirements-slim.txt``, a list it supports officially; older wheels get the same
treatment by leaving out what only local models, OCR and other clouds need. The pins hold for
every supported Python version, name no registry, and are installed with ``pip --no-deps``, so
that Open WebUI's own long list never comes into play.

Usage: ``python scripts/lock.py [NAME ...]`` with names such as ``dev`` or ``open-webui-0.11.4``.
Needs ``uv`` and ``pip`` beside the running interpreter.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from email.parser import Parser
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
LOWEST_PYTHON = "3.11"
SLIM_LIST = "requirements-slim.txt"

# Left out where a wheel has no slim list: local models, OCR and other clouds. Open WebUI 0.10.2
# starts without them when RAG_EMBEDDING_ENGINE=openai.
NOT_NEEDED = frozenset(
    {
        "accelerate", "anthropic", "einops", "faster-whisper", "google-api-python-client",
        "google-auth-httplib2", "google-auth-oauthlib", "google-genai",
        "nltk", "onnxruntime", "opencv-python-headless", "pandas", "pyarrow",
        "rapidocr-onnxruntime", "sentence-transformers", "sentencepiece", "soundfile",
        "transformers",
    }
)  # fmt: skip
# Part of the slim list, but only of an extra before that list existed.
ALSO_NEEDED = frozenset({"pgvector", "psycopg2-binary"})


def open_webui_version(source: Path) -> str:
    """The Open WebUI release that an ``.in`` file names."""
    found = re.search(r"^open-webui==(\S+)$", source.read_text(), re.MULTILINE)
    if not found:
        raise SystemExit(f"{source} names no open-webui==VERSION")
    return found[1]


def download_wheel(version: str, into: Path) -> Path:
    """Fetch the wheel through pip, and with it through the machine's own pip configuration."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*command, f"--dest={into}", f"open-webui=={version}"], check=True)
    return next(into.glob("open_webui-*.whl"))


def slim_requirements(wheel: Path) -> str:
    """The wheel's own slim list, or one derived from its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        if SLIM_LIST in archive.namelist():
            return archive.read(SLIM_LIST).decode()
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return "\n".join(sorted(set(derived_requirements(archive.read(name).decode()))))


def derived_requirements(metadata: str) -> Iterator[str]:
    """The lines of a wheel's ``Requires-Dist`` that a server without local models needs."""
    for line in Parser().parsestr(metadata).get_all("Requires-Dist", []):
        requirement, _, marker = line.partition(";")
        name = re.split(r"[\[=<>~! ]", requirement.strip(), maxsplit=1)[0].lower()
        if ("extra ==" in marker and name in ALSO_NEEDED) or (
            "extra ==" not in marker and name not in NOT_NEEDED
        ):
            yield requirement.strip()


def lock(source: Path) -> None:
    """Write the pins of one ``.in`` file."""
    version = open_webui_version(source)
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        slim = work / SLIM_LIST
        slim.write_text(slim_requirements(download_wheel(version, work)))
        config = work / "uv.toml"
        # Open WebUI itself pulls nothing in: the slim list stands for its requirements.
        config.write_text(
            '[[dependency-metadata]]\nname = "open-webui"\n'
            f'version = "{version}"\nrequires-dist = []\n'
        )
        output = work / "pins.txt"
        command = [
            str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--universal",
            f"--python-version={LOWEST_PYTHON}", f"--config-file={config}", "--no-annotate",
            "--no-header", f"--output-file={output}", str(source), str(slim),
        ]  # fmt: skip
        subprocess.run(command, check=True)
        pins = [line for line in output.read_text().splitlines() if not line.startswith("-")]
    header = f"# Made by `make lock` from {source.name}; install with pip --no-deps.\n"
    source.with_suffix(".txt").write_text(header + "\n".join(pins).strip() + "\n")
    print(f"{source.stem}: {len(pins)} pins")


def main() -> None:
    """Lock the named files, or all."""
    for source in sorted(REQUIREMENTS.glob("*.in")):
        if not sys.argv[1:] or source.stem in sys.argv[1:]:
            lock(source)


if __name__ == "__main__":
    main()
