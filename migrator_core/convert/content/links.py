"""How text refers to files: Markdown for a migrated one, words for a lost one."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from migrator_core.convert.content.file_items import MAX_NAME, content_url
from migrator_core.convert.content.markup import escaped
from migrator_core.convert.content.pieces import PartContext, Pieces
from migrator_core.convert.files.file_records import FileLink
from migrator_core.convert.result import notice
from migrator_core.convert.text import clean_text, single_line
from migrator_core.outcome import WarningCode

_MAX_PATH = 1000
_STORED = re.compile(r"/(?:images|uploads)/[^/]+/[^/\\]+")


def is_image(link: FileLink) -> bool:
    """Whether it can be shown in the text."""
    return link.content_type.startswith("image/")


def markdown_link(link: FileLink, label: str | None = None, *, image: bool | None = None) -> str:
    """The file as a picture, or as a link. ``label`` is Markdown; by default the file's name."""
    words = escaped(link.filename) if label is None else label
    shown = is_image(link) if image is None else image and is_image(link)
    return f"{'!' if shown else ''}[{words}]({content_url(link.target_id)})"


def lost(name: str, context: PartContext) -> Pieces:
    """The words that stand for a file that is not there, with the warning."""
    label = single_line(name, limit=MAX_NAME) or "file without a name"
    return Pieces(
        text=f"📎 {label} (file not migrated)",
        notices=(notice(WarningCode.FILE_REFERENCE_LOST, f"{context.where}: {label}"),),
    )


def remote_link(address: str, label: str) -> str | None:
    """A link to an address on the web; None where it is none that a browser should open."""
    address = clean_text(address).strip()
    if not re.match(r"https?://[^\s/]", address, re.IGNORECASE):
        return None
    target = quote(address, safe="%/:?#[]@!$&'*+,;=~.-_")
    return f"[{escaped(label)}]({target})"


def own_path(filepath: str, user: str) -> str | None:
    """A path below ``/images`` or ``/uploads`` in its plain form, if it is this user's own.

    A query, a fragment and percent encoding do not count. Other people's paths are nobody's
    business: LibreChat would have let anybody write them into a message.
    """
    bare = re.split(r"[?#]", filepath.strip(), maxsplit=1)[0]
    if not user or len(bare) > _MAX_PATH:
        return None
    path = unquote(bare)
    if not _STORED.fullmatch(path) or "\x00" in path or clean_text(path) != path:
        return None
    _, root, owner, name = path.split("/")
    if owner.lower() != user.lower() or name in {".", ".."}:
        return None
    return f"/{root}/{user}/{name}"
