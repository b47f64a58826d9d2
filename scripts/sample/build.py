"""Puts the declarations together: documents by collection, files by path, and the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter

from scripts.sample import agents, chat, files, others, people, prompts, sharing, skills
from scripts.sample.conversations import CHATS
from scripts.sample.files import FILES
from scripts.sample.values import Document

NAME = "librechat-backup-20260315-120000"


@dataclass(frozen=True)
class Sample:
    """The whole backup: rows by collection, bytes by path under ``files/``, and the truth."""

    collections: dict[str, list[Document]]
    files: dict[str, bytes]
    truth: Document


def build(blobs: Mapping[str, bytes]) -> Sample:
    """Everything, from the blobs that :mod:`scripts.sample.media` draws."""
    copies = {key: file.copy(blobs) for key, file in FILES.items()}
    rows = [row for item in CHATS for row in chat.message_rows(item, copies)]
    collections = {
        "users": people.documents(),
        "conversations": [chat.conversation_row(item) for item in CHATS if item.has_row],
        # MongoDB gives rows back in the order they were written: conversations lie interleaved.
        "messages": sorted(rows, key=itemgetter("_id")),
        "files": files.documents(blobs),
        "promptgroups": prompts.groups(),
        "prompts": prompts.versions(),
        "agents": agents.documents(),
        "groups": sharing.groups(),
        "aclentries": sharing.entries(),
        "accessroles": sharing.access_roles(),
        "roles": sharing.roles(),
        **skills.documents(),
        **others.documents(),
    }
    truth = {
        "backup": NAME,
        "users": people.truth(),
        "conversations": [
            chat.truth(item, {key: file.id for key, file in FILES.items()}) for item in CHATS
        ],
        "files": files.truth(blobs),
        "promptgroups": prompts.truth(),
        "agents": agents.truth(),
        "presets": others.presets_truth(),
        "assistants": others.assistants_truth(),
        "skills": skills.truth(),
        "groups": sharing.groups_truth(),
    }
    truth["counts"] = _counts(collections, truth)
    return Sample(collections, files.on_disk(blobs), truth)


def _counts(collections: dict[str, list[Document]], truth: Document) -> Document:
    """The sums a report must show: all found documents, outcomes where the truth names them."""
    counts: Document = {name: {"found": len(rows)} for name, rows in collections.items()}
    people_outcomes = list(truth["users"].values())
    for name, items in (
        ("users", people_outcomes),
        ("conversations", [item for item in truth["conversations"] if item["has_row"]]),
        ("files", truth["files"]),
        ("promptgroups", truth["promptgroups"]),
        ("agents", truth["agents"]),
    ):
        states = Counter(item["outcome"] for item in items)
        reasons = Counter(item["reason"] for item in items if item["reason"])
        counts[name] |= {
            "migrated": states["migrated"],
            "existing": states["existing"],
            "skipped": dict(sorted(reasons.items())),
        }
    migrated = [c for c in truth["conversations"] if c["outcome"] == "migrated"]
    counts["messages"]["migrated"] = sum(len(item["messages"]) for item in migrated)
    return counts
