"""Makes the pictures of docs/in-open-webui.md from the screenshots of the browser tests.

``make pictures`` runs those tests first.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SCREENSHOTS = ROOT / "build" / "screenshots"
IMAGES = ROOT / "docs" / "images"

PICTURES = (
    "import", "enabled", "check", "previewed", "question", "running", "stopped-watching",
    "reloaded", "migrated", "report", "dialog", "card-dark-390",
    "migrated-person",
)  # fmt: skip
WIDTH = 1200
HEIGHT = 1000  # a long card is cut: the page shows how it looks, not all it says
LARGEST = 120_000  # bytes


def reduce(name: str) -> Path:
    """Write one picture, as narrow and with as few colours as a document needs.

    Raises:
        ValueError: it is still too large for a repository.
    """
    picture = Image.open(SCREENSHOTS / f"function-{name}.png").convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, HEIGHT)))
    if picture.width > WIDTH:
        height = round(picture.height * WIDTH / picture.width)
        picture = picture.resize((WIDTH, height), Image.Resampling.LANCZOS)
    path = IMAGES / f"function-{name}.png"
    picture.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} has {path.stat().st_size:,} bytes, more than {LARGEST:,}")
    return path


def main() -> int:
    """Write all of them."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        path = reduce(name)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
