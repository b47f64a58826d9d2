"""Citation anchors in an answer, as Open WebUI's ``[n]`` with ``sources``."""

from __future__ import annotations

from collections.abc import Mapping

from migrator_core.convert.files import FileLink
from migrator_core.rows import JsonDict


class Citations:
    """What the anchors of one message point to."""

    __slots__ = ()

    def replace(self, text: str) -> str:
        """``text`` with its anchors as ``[n]``."""
        return text

    @property
    def sources(self) -> tuple[JsonDict, ...]:
        """The message's ``sources``."""
        return ()


def read_citations(attachments: tuple[object, ...], files: Mapping[str, FileLink]) -> Citations:
    """The citations that the attachments of one message allow for."""
    del attachments, files
    return Citations()
