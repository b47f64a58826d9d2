"""Skills: shared and private, two of one name, with files and without."""

from __future__ import annotations

from dataclasses import dataclass, field

from bson import ObjectId

from scripts.sample.people import PEOPLE
from scripts.sample.values import Document, at, oid

SINCE = at("2026-02-02 09:00")


@dataclass(frozen=True)
class Skill:
    """A skill; ``access`` as with prompts, ``name`` is what it is called after the migration."""

    key: str
    owner: str
    title: str
    name: str
    body: str
    access: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> ObjectId:
        """The ``_id``, which sharing and files refer to."""
        return oid(f"skill {self.key}", SINCE)


SKILLS: dict[str, Skill] = {
    skill.key: skill
    for skill in (
        Skill(
            "minutes", "tomas", "Minutes of a meeting", "Minutes of a meeting",
            "# Minutes\n\nWrite five points, and who does what until when.",
            access={"user:yuki": "read"},
            files={"templates/short.md": "- What\n- Who\n", "check.py": "print('ok')\n"},
        ),
        Skill(
            "minutes-priya", "priya", "Minutes of a meeting", "Minutes of a meeting (2)",
            "Write for the board: decisions only.",
        ),
        Skill("empty", "yuki", "Nothing yet", "", " "),
    )
}  # fmt: skip


def _row(key: str, **fields: object) -> Document:
    return {"_id": oid(key, SINCE), **fields, "createdAt": SINCE, "updatedAt": SINCE, "__v": 0}


def documents() -> dict[str, list[Document]]:
    """The ``skills`` and ``skillfiles`` collections."""
    return {
        "skills": [
            _row(f"skill {skill.key}", name=skill.key, displayTitle=skill.title,
                 description="Use it when somebody asks for minutes.", body=skill.body,
                 frontmatter={}, category="office", author=PEOPLE[skill.owner].id,
                 authorName=PEOPLE[skill.owner].name, version=1, source="inline",
                 fileCount=len(skill.files), alwaysApply=False)
            for skill in SKILLS.values()
        ],
        "skillfiles": [
            _row(f"skill file {skill.key} {path}", skillId=skill.id, relativePath=path,
                 file_id=f"skill-file-{place}", filename=path.rpartition("/")[2],
                 filepath=f"/uploads/{PEOPLE[skill.owner].hex}/skill-file-{place}", source="local",
                 mimeType="text/plain", bytes=len(text), author=PEOPLE[skill.owner].id,
                 content=text, isBinary=False)
            for skill in SKILLS.values()
            for place, (path, text) in enumerate(skill.files.items())
        ],
    }  # fmt: skip


def truth() -> list[Document]:
    """What becomes of each skill."""
    return [
        {
            "key": skill.key,
            "user": PEOPLE[skill.owner].hex,
            "name": skill.name,
            "body": skill.body,
            "files": skill.files,
            "access": skill.access,
            "outcome": "migrated" if skill.name else "skipped",
        }
        for skill in SKILLS.values()
    ]
