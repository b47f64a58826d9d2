"""One conversation, converted in a process of its own.

What is out of the ordinary is left to the process that writes: it has the backup at hand, and it is
the one place that knows what becomes of a document which cannot be read or converted.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from migrator_core.convert.chats.chat import ChatContext, convert_conversation
from migrator_core.convert.chats.references import find_references
from migrator_core.convert.result import Skipped
from migrator_core.fingerprint import fingerprint
from migrator_core.librechat.collection import UndecodableError
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.message import Message
from migrator_core.openwebui import RejectedError
from migrator_core.runs.converting.job import Answer, Job, Setup
from migrator_core.runs.inputs import UNEXPECTED
from migrator_core.runs.results import Files
from migrator_core.runs.scratch import Scratch


def convert_some(setup: Path, jobs: Sequence[Job]) -> list[Answer | None]:
    """Convert some conversations; None for those that the caller has to look at itself.

    ``setup`` is the file that :func:`remember` wrote.
    """
    converter = _converter(setup)
    return [converter.attempt(job) for job in jobs]


def remember(setup: Setup, path: Path) -> None:
    """Write down what all conversations of a run have in common."""
    path.write_bytes(pickle.dumps(setup))


@lru_cache(maxsize=1)
def _converter(path: Path) -> _Converter:
    """Read once in each process, which lives as long as the run."""
    return _Converter(pickle.loads(path.read_bytes()))  # noqa: S301 - our own, of this run


class _Converter:
    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._notes = Scratch(setup.notes, copied=True)
        self._files = Files(self._notes, setup.ids)

    def attempt(self, job: Job) -> Answer | None:
        try:
            return self._convert(job)
        except (InvalidDocumentError, UndecodableError, RejectedError, *UNEXPECTED):
            return None

    def _convert(self, job: Job) -> Answer | None:
        setup, user = self._setup, job.user
        messages = [parse(Message, setup.decode(raw)) for _, raw in job.messages]
        references = find_references(messages, user, setup.hosts)
        paths = {
            path: link
            for path, link in self._files.links_by_path(user, references.paths).items()
            if link is not None
        }
        if references.pages or references.paths - paths.keys():
            return None
        scope = ChatContext(
            job.owner,
            self._files.links(user, references.files),
            setup.models,
            setup.started,
            paths=paths,
            ids=setup.ids,
            agents=self._notes.names("agents", references.agents),
            folder_id=job.folder,
        )
        source_ids = [source_id for source_id, _ in job.messages]
        converted = convert_conversation(job.conversation, messages, scope, source_ids)
        if isinstance(converted, Skipped) or converted.embedded:
            return None
        row = converted.row
        encoder = setup.encoder if job.is_new else None
        encoded = encoder.encode(row) if encoder is not None else None
        return Answer(converted, fingerprint(row), encoded)
