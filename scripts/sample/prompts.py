"""The prompt library: versions, variables, commands that clash, and what is left of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bson import ObjectId

from scripts.sample.people import PEOPLE
from scripts.sample.values import Document, at, oid

CREATED = at("2025-10-06 09:00")
PRODUCT_TEXT = """Write a product text of {{length:one sentence|three sentences|a paragraph}} \
for {{product}}. Today is {{current_date}}; sign with {{current_user}}.

Mention {{product}} once only."""


@dataclass(frozen=True)
class SamplePrompt:
    """A prompt group with its versions; ``production`` is the index of the active one.

    ``content`` lists literal pieces that the migrated prompt must hold, in order. ``access``
    holds rights besides the owner's: ``public``, ``user:KEY``, ``group:KEY``. ``legacy``: shared
    through a project, as before LibreChat 0.8.
    """

    key: str
    owner: str
    name: str
    command: str | None
    versions: tuple[str, ...]
    content: tuple[str, ...] = ()
    production: int | None = 0
    reason: str | None = None
    exists: bool = True
    access: dict[str, str] = field(default_factory=dict)
    legacy: bool = False
    oneliner: str = ""
    category: str = "general"

    @property
    def id(self) -> ObjectId:
        """The group's ``_id``."""
        return oid(f"promptgroup {self.key}", CREATED)

    def version_id(self, index: int | None) -> ObjectId:
        """The ``_id`` of a version; an index that no version has names a deleted one."""
        return oid(f"prompt {self.key} {index}", CREATED)

    def group_row(self) -> Document:
        """The row in ``promptgroups``."""
        row: Document = {
            "_id": self.id,
            "name": self.name,
            "numberOfGenerations": 3,
            "oneliner": self.oneliner,
            "category": self.category,
            "productionId": self.version_id(self.production),
            "author": PEOPLE[self.owner].id,
            "authorName": PEOPLE[self.owner].name,
            "command": self.command,
            "createdAt": CREATED,
            "updatedAt": CREATED + timedelta(days=2),
            "__v": 0,
        }
        if self.command is None:
            del row["command"]
        return row

    def version_rows(self) -> list[Document]:
        """The rows in ``prompts``."""
        return [
            {
                "_id": self.version_id(index),
                "groupId": self.id,
                "author": PEOPLE[self.owner].id,
                "prompt": text,
                "type": "text",
                "createdAt": CREATED + timedelta(hours=index),
                "updatedAt": CREATED + timedelta(hours=index),
                "__v": 0,
            }
            for index, text in enumerate(self.versions)
        ]


PROMPTS: dict[str, SamplePrompt] = {
    prompt.key: prompt
    for prompt in (
        SamplePrompt(
            "product-text", "mara", "Product text", "product-text",
            (PRODUCT_TEXT,),
            ("Write a product text of ", "for ", "product", "CURRENT_DATE", "USER_NAME",
             "once only."),
            oneliner="Texts for the shop", category="marketing", access={"public": "read"},
        ),
        SamplePrompt(
            "complaint", "tomas", "Answer a complaint", "complaint",
            ("Answer this complaint: {{complaint}}",
             "Answer this complaint politely, in the customer's language: {{complaint}}",
             "Answer this complaint politely and offer a refund: {{complaint}}"),
            ("Answer this complaint politely, in the customer's language:", "complaint"),
            production=1, oneliner="Calm and short", access={"group:warehouse": "read"},
        ),
        SamplePrompt(
            "summary-mara", "mara", "Summary of a meeting", "summary",
            ("Summarise these minutes in five points:\n\n{{minutes}}",),
            ("Summarise these minutes in five points:", "minutes"),
        ),
        SamplePrompt(
            "summary-priya", "priya", "Summary for the board", "summary",
            ("Summarise for the board, at most ten lines:\n\n{{text}}",),
            ("Summarise for the board, at most ten lines:", "text"),
        ),
        SamplePrompt(
            "illegal", "yuki", "Über uns ✨", "/Über Uns!",
            ("Tell the story of Lumen & Oak to {{audience}}.",),
            ("Tell the story of Lumen & Oak to ", "audience"), access={"user:mara": "write"},
        ),
        SamplePrompt(
            "no-command", "yuki", "色の名前", None, ("{{色}}に合う色を三つ挙げてください。",),
            ("に合う色を三つ挙げてください。",),
        ),
        SamplePrompt(
            "production-gone", "tomas", "Packing list", "packing",
            ("Make a packing list.", "Make a packing list for {{country}}, with customs codes."),
            ("Make a packing list for ", "with customs codes."), production=7,
        ),
        SamplePrompt(
            "house-style", "mara", "House style", "house-style",
            ("Rewrite in our house style: short, warm, no exclamation marks.\n\n{{text}}",),
            ("Rewrite in our house style: short, warm, no exclamation marks.", "text"),
            legacy=True, access={"public": "read"},
        ),
        SamplePrompt("no-versions", "tomas", "Empty drawer", "drawer", (), reason="no-text"),
        SamplePrompt(
            "external", "oliver", "Offer letter", "offer", ("Write an offer.",),
            reason="owner-not-migrated",
        ),
        SamplePrompt(
            "without-group", "mara", "(group was deleted)", None, ("A version without a group.",),
            reason="group-missing", exists=False,
        ),
    )
}  # fmt: skip


def groups() -> list[Document]:
    """The ``promptgroups`` collection."""
    return [prompt.group_row() for prompt in PROMPTS.values() if prompt.exists]


def versions() -> list[Document]:
    """The ``prompts`` collection."""
    return [row for prompt in PROMPTS.values() for row in prompt.version_rows()]


def truth() -> list[Document]:
    """What becomes of each prompt group."""
    return [
        {
            "key": prompt.key,
            "id": str(prompt.id),
            "user": PEOPLE[prompt.owner].hex,
            "name": prompt.name,
            "command": prompt.command,
            "content": list(prompt.content),
            "versions": len(prompt.versions),
            "access": prompt.access,
            "outcome": "skipped" if prompt.reason else "migrated",
            "reason": prompt.reason,
        }
        for prompt in PROMPTS.values()
        if prompt.exists
    ]
