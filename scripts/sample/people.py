"""The people of Lumen & Oak, an invented maker of lamps, and one account that is gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bson import ObjectId

from scripts.sample.values import Document, at, later, oid


@dataclass(frozen=True)
class Person:
    """An account of LibreChat, and what becomes of it.

    ``account`` is the key of the person whose Open WebUI account holds the content afterwards.
    """

    key: str
    joined: str
    name: str
    email: str | None
    username: str
    outcome: Literal["migrated", "existing", "skipped"]
    reason: str | None = None
    account: str | None = None
    password: str | None = None
    password_hash: str | None = None
    provider: str = "local"
    role: str = "USER"
    exists: bool = True
    extra: Document = field(default_factory=dict)

    @property
    def id(self) -> ObjectId:
        """The account's ``_id``."""
        return oid(f"user {self.key}", at(self.joined))

    @property
    def hex(self) -> str:
        """The ``_id`` as text, the form most other collections refer to."""
        return str(self.id)

    @property
    def document(self) -> Document:
        """The row in ``users``."""
        document: Document = {"_id": self.id, "name": self.name, "username": self.username}
        if self.email is not None:
            document["email"] = self.email
        document["emailVerified"] = True
        if self.password_hash:
            document["password"] = self.password_hash
        joined = at(self.joined)
        return document | {
            "provider": self.provider,
            "role": self.role,
            "plugins": [],
            "termsAccepted": True,
            "twoFactorEnabled": False,
            "personalization": {"memories": True, "_id": oid(f"mem {self.key}", joined)},
            "refreshToken": [],
            "createdAt": joined,
            "updatedAt": later(joined, 86_400),
            "__v": 0,
            **self.extra,
        }


MARA_AVATAR = "avatar-1736150400000.png"

_MARA = Person(
    "mara", "2023-09-04 07:30", "Mara Lindqvist", "mara.lindqvist@lumenoak.example", "mara",
    "migrated", role="ADMIN", password="Lamp-Shade-42!",
    password_hash="$2a$10$poBb.M2UvkCCxcsI/EPoc.9S0mCsDogJPnNI10Wfk0t2Hf2M0x6xm",
    extra={"favorites": [{"model": "gpt-4o", "endpoint": "openAI"}]},
)  # fmt: skip

PEOPLE: dict[str, Person] = {
    person.key: person
    for person in (
        _MARA,
        Person(
            "tomas", "2023-10-16 08:05", "Tomás Ferreira", "tomas.ferreira@lumenoak.example",
            "tomas", "migrated", password="Reorder#Level9",
            password_hash="$2a$10$TfX3V8aS./VpwyRenUPXh.9ZYUd6jzledkEl2C6ZF811MBHfpXpKO",
            extra={
                "avatar": "https://avatars.lumenoak.example/tomas.png",
                "twoFactorEnabled": True,
                "totpSecret": "v3:00112233445566778899aabbccddeeff:0badc0de0badc0de",
                "backupCodes": [{"codeHash": "ab" * 32, "used": False, "usedAt": None}],
            },
        ),
        Person(
            "yuki", "2024-02-19 01:20", "田中 ゆき", "yuki.tanaka@lumenoak.example", "yuki",
            "migrated", password="あかり-Studio-7",
            password_hash="$2b$10$Q9Ehssz6B/YtpQSwSJtMe.uR9U2q2IyopdoonbHaO4d7ozMzNdXki",
            extra={"personalization": {"memories": False}},
        ),
        Person(
            "priya", "2024-06-03 09:00", "Priya Raman", "priya.raman@lumenoak.example", "priya",
            "migrated", password="Welcome-Aboard-3", role="OFFICE",
            password_hash="$2a$10$ahmwBBjX0NGgBMeKQ2KbsuTeRXoZNCjDnlSBKGAodPc93s9z4ze02",
            extra={"idOnTheSource": "6f1d2c3b-0000-4000-8000-00000000a001"},
        ),
        Person(
            "priya-google", "2025-11-24 10:40", "Priya Raman", "Priya.Raman@LumenOak.example",
            "priya.raman", "existing", account="priya", provider="google",
            extra={"googleId": "108234567890123456789"},
        ),
        Person(
            "oliver", "2025-01-13 08:15", "Oliver Brandt", "oliver.brandt@partner.example",
            "oliver", "skipped", reason="no-password", provider="openid",
            extra={"openidId": "oidc|oliver.brandt"},
        ),
        Person(
            "kiosk", "2024-11-01 07:00", "Showroom kiosk", None, "kiosk", "skipped",
            reason="no-email", provider="ldap", extra={"ldapId": "cn=kiosk"},
        ),
        Person(
            "former", "2024-01-08 08:00", "(deleted)", None, "former", "skipped",
            reason="owner-not-migrated", exists=False,
        ),
    )
}  # fmt: skip


def documents() -> list[Document]:
    """The ``users`` collection."""
    rows = [person.document for person in PEOPLE.values() if person.exists]
    rows[0]["avatar"] = f"/images/{_MARA.hex}/{MARA_AVATAR}?manual=true"
    return rows


def accounts() -> list[Document]:
    """Who can sign in after the migration, for the demo to say."""
    return [
        {"name": person.name, "email": person.email, "password": person.password}
        for person in PEOPLE.values()
        if person.password
    ]


def truth() -> Document:
    """What becomes of each account, by its ``_id``."""
    return {
        person.hex: {
            "key": person.key,
            "email": person.email.lower() if person.email else None,
            "name": person.name,
            "password": person.password,
            "outcome": person.outcome,
            "reason": person.reason,
            "account": PEOPLE[person.account or person.key].hex,
        }
        for person in PEOPLE.values()
        if person.exists
    }
