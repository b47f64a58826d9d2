"""Writes the sample backup and its truth from the declarations in ``scripts.sample``.

Usage: ``python -m scripts.make_sample``. The same declarations give the same bytes. The backup is
part of the package (the demo uses it); the truth belongs to the tests.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from scripts.sample import media
from scripts.sample.build import NAME, Sample, build
from scripts.sample.people import accounts
from scripts.sample.values import Document, json_line

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "migrator_core" / "sample"
ACCOUNTS = SAMPLE / "accounts.json"
TRUTH = ROOT / "tests" / "data" / "sample-truth.json"


def pretty(value: Document | list[Document]) -> str:
    """JSON for readers and diffs."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def texts(sample: Sample) -> dict[str, str]:
    """The text of every ``data/*.json``, by collection."""
    return {
        name: "".join(json_line(row) + "\n" for row in rows)
        for name, rows in sample.collections.items()
    }


def write(sample: Sample, backup: Path) -> None:
    """Write the backup in the form ``create-librechat-backup-docker.sh`` leaves behind."""
    shutil.rmtree(backup, ignore_errors=True)
    data = backup / "data"
    data.mkdir(parents=True)
    for name, text in texts(sample).items():
        (data / f"{name}.json").write_text(text, encoding="utf-8", newline="\n")
    for path, content in sample.files.items():
        target = backup / "files" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def main() -> None:
    """Write everything."""
    sample = build(media.render())
    write(sample, SAMPLE / NAME)
    TRUTH.parent.mkdir(parents=True, exist_ok=True)
    TRUTH.write_text(pretty(sample.truth), encoding="utf-8")
    ACCOUNTS.write_text(pretty(accounts()), encoding="utf-8")
    rows = sum(map(len, sample.collections.values()))
    print(f"{rows} documents in {len(sample.collections)} collections, {len(sample.files)} files")


if __name__ == "__main__":
    main()
