"""Messages by conversation in bounded memory.

One pass over ``messages`` notes in a temporary SQLite file where each message lies; the messages
of one conversation are then read again by their offsets. Memory stays flat however many there are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from migrator_core.librechat.collection import (
    CollectionReader,
    Decoder,
    Document,
    RawDocument,
    document_of,
)
from migrator_core.librechat.indexed_messages import StoredMessage, Unowned, Untaken
from migrator_core.librechat.message_keys import identifier, key, keys, message_name, text_of
from migrator_core.librechat.unsigned_messages import Signed, owners
from migrator_core.librechat.values import normalise_id

COLLECTION: Final = "messages"
_CHUNK: Final = 2_000
_FIELDS: Final = frozenset({"_id", "messageId", "conversationId", "user", "tenantId"})
_Row = tuple[int, bytes | None, bytes | None, bytes, int, int, bytes | None, bool, str | None]

_SCHEMA = """
CREATE TABLE message (
    place INTEGER PRIMARY KEY,
    conversation BLOB,
    user BLOB,
    source BLOB NOT NULL,
    start INTEGER NOT NULL,
    length INTEGER NOT NULL,
    problem BLOB,
    gap INTEGER NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0,
    fate TEXT
);
CREATE TABLE owner (conversation BLOB, user BLOB, PRIMARY KEY (conversation, user)) WITHOUT ROWID;
"""
_MINE = (
    "conversation = ? AND taken = 0 AND problem IS NULL AND fate IS NULL "
    "AND (user = ? OR user IS NULL)"
)
_UNSIGNED = "user IS NULL AND problem IS NULL AND fate IS NULL"
_CONTESTED = f"""
SELECT DISTINCT conversation FROM message AS one
WHERE {_UNSIGNED} AND conversation IS NOT NULL AND 1 < (
    SELECT count(*) FROM (
        SELECT user FROM owner WHERE conversation = one.conversation
        UNION
        SELECT user FROM message WHERE conversation = one.conversation AND user IS NOT NULL
    )
)
"""  # noqa: S608 - constants only


class MessageIndex:
    """Where every message lies, by conversation and user. Made by :meth:`Backup.message_index`.

    ``total`` counts all documents found in ``messages``, unreadable ones included. Every message
    is readable and taken, readable and not taken, or unreadable. May be used from any thread, one
    call at a time.
    """

    def __init__(self, path: Path, reader: CollectionReader | None) -> None:
        self.total = 0
        self._reader = reader
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # A scratch file: nothing in it is worth surviving a crash.
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("PRAGMA cache_size = -16384")
        self._database.executescript(_SCHEMA)

    def build(
        self,
        progress: Callable[[int], None] | None,
        is_foreign: Callable[[Mapping[str, Any]], bool] | None = None,
    ) -> None:
        """Read all messages once. ``progress`` is told of each document: how many more it is.

        What ``is_foreign`` holds for is nobody's.
        """
        if self._reader is not None:
            rows: list[_Row] = []
            self._database.execute("BEGIN")
            for found in self._reader.raw_documents():
                self.total += 1
                rows.append(self._row(self._reader, found, is_foreign))
                if progress is not None:
                    progress(1)
                if len(rows) >= _CHUNK:
                    self._insert(rows)
            self._insert(rows)
            self._database.execute("COMMIT")
        self._database.execute("CREATE INDEX by_conversation ON message (conversation)")

    def _insert(self, rows: list[_Row]) -> None:
        statement = (
            "INSERT INTO message (place, conversation, user, source, start, length, problem, gap, "
            "fate) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        self._database.executemany(statement, rows)
        rows.clear()

    def _row(
        self,
        reader: CollectionReader,
        found: RawDocument,
        is_foreign: Callable[[Mapping[str, Any]], bool] | None,
    ) -> _Row:
        document = document_of(COLLECTION, reader, found, _FIELDS)
        data = document.data
        problem = key(document.problem) if data is None else None
        conversation = identifier(data.get("conversationId")) if data else None
        user = normalise_id(data.get("user")) if data else None
        return (
            found.place,
            key(conversation),
            key(user.lower() if user else None),
            message_name(document).encode("utf-8", "surrogatepass"),
            found.offset,
            found.length,
            problem,
            document.gap,
            Unowned.FOREIGN if data and is_foreign is not None and is_foreign(data) else None,
        )

    def add_owners(self, owners: Iterable[tuple[Any, Any]]) -> None:
        """Note whose conversations there are: ``conversationId`` and ``user`` as stored."""
        self._database.execute("BEGIN")
        for conversation, user in owners:
            normal = normalise_id(user)
            whose = (key(identifier(conversation)), key(normal.lower() if normal else None))
            if None not in whose:
                self._database.execute("INSERT OR IGNORE INTO owner VALUES (?, ?)", whose)
        self._database.execute("COMMIT")

    def settle(self) -> None:
        """Decide whose messages without a user are, where several people have the conversation.

        They go to the one whose message they follow, directly or through others like them. That a
        message of somebody follows them proves nothing: whoever writes a message says what it
        follows. Comes after building and after all owners are noted. What is another tenant's stays
        theirs, and says nothing of ours.
        """
        for (conversation,) in self._database.execute(_CONTESTED).fetchall():
            rows = self._database.execute(
                "SELECT place, start, length, user FROM message "
                "WHERE conversation = ? AND problem IS NULL AND fate IS NULL",
                (conversation,),
            ).fetchall()
            self._settle(rows)

    def _settle(self, rows: list[tuple[int, int, int, bytes | None]]) -> None:
        places = [(place, start, length) for place, start, length, _ in rows]
        users = {place: user for place, *_, user in rows}
        signed = [
            Signed(data.get("messageId"), data.get("parentMessageId"), users[place])
            for (place, *_), data in zip(
                places, (each.data or {} for each in self._read(places)), strict=True
            )
        ]
        for (place, *_), message, owner in zip(places, signed, owners(signed), strict=True):
            if message.user is None:
                self._database.execute(
                    "UPDATE message SET user = ?, fate = ? WHERE place = ?",
                    (owner, None if owner is not None else Unowned.OWNER_UNKNOWN, place),
                )

    def has(self, conversation_id: str, user: str) -> bool:
        """Whether a user has this conversation, and a message in it, taken or not."""
        mine = keys(conversation_id, user)
        owned = self._database.execute(
            "SELECT 1 FROM owner WHERE conversation = ? AND user = ?", mine
        ).fetchone()
        told = self._database.execute(
            "SELECT 1 FROM message WHERE conversation = ? AND problem IS NULL AND fate IS NULL "
            "AND (user = ? OR user IS NULL) LIMIT 1",
            mine,
        ).fetchone()
        return owned is not None and told is not None

    def unreadable(self) -> Iterator[Document]:
        """The documents that could not be decoded, in file order."""
        rows = self._pages("problem IS NOT NULL", "source, problem, gap")
        for source, problem, gap in rows:
            yield Document(COLLECTION, text_of(source) or "", None, text_of(problem), bool(gap))

    def take(self, conversation_id: str, user: str) -> Iterator[Document]:
        """The messages of one user's conversation, in file order; they count as taken at once.

        A message without a user goes to the only one who has its conversation. Messages of other
        users with the same ``conversationId`` stay: those ids repeat across users.
        """
        rows = self._mine(conversation_id, user, "place, start, length")
        self._mark(conversation_id, user)
        return self._read(rows)

    def take_stored(self, conversation_id: str, user: str) -> list[StoredMessage]:
        """Like :meth:`take`, but nothing is decoded yet."""
        rows = self._mine(conversation_id, user, "place, start, length, source")
        self._mark(conversation_id, user)
        reader = self._reader
        if reader is None:
            return []
        return [
            StoredMessage(
                text_of(source) or "",
                RawDocument(place, start, length, reader.read_at(start, length)),
            )
            for place, start, length, source in rows
        ]

    @property
    def decoder(self) -> Decoder | None:
        """Decodes a message in another process; None where there are no messages."""
        return None if self._reader is None else self._reader.decoder

    def decode(self, stored: StoredMessage) -> Document:
        """The message itself."""
        if self._reader is None:
            raise LookupError("there are no messages")
        document = document_of(COLLECTION, self._reader, stored.raw)
        return Document(COLLECTION, stored.source_id, document.data, document.problem)

    def take_ids(self, conversation_id: str, user: str) -> Iterator[str]:
        """Like :meth:`take`, but only the messages' source ids, and nothing is decoded."""
        rows = self._mine(conversation_id, user, "source")
        self._mark(conversation_id, user)
        return iter([text_of(row[0]) or "" for row in rows])

    def untaken(self) -> Iterator[Untaken]:
        """What nobody took, in file order."""
        rows = self._pages("taken = 0 AND problem IS NULL", "source, conversation, user, fate")
        for source, conversation, user, fate in rows:
            known = None if fate is None else Unowned(fate)
            yield Untaken(text_of(source) or "", text_of(conversation), text_of(user), known)

    def close(self) -> None:
        """Close the scratch file."""
        self._database.close()

    def _mine(self, conversation_id: str, user: str, columns: str) -> list[tuple[Any, ...]]:
        # The statement is put together from constants of this module only.
        statement = f"SELECT {columns} FROM message WHERE {_MINE} ORDER BY place"  # noqa: S608
        return self._database.execute(statement, keys(conversation_id, user)).fetchall()

    def _mark(self, conversation_id: str, user: str) -> None:
        statement = f"UPDATE message SET taken = 1 WHERE {_MINE}"  # noqa: S608 - constants only
        self._database.execute(statement, keys(conversation_id, user))

    def _read(self, rows: list[tuple[Any, ...]]) -> Iterator[Document]:
        reader = self._reader
        if reader is None:
            return
        for place, offset, length in rows:
            raw = reader.read_at(offset, length)
            document = document_of(COLLECTION, reader, RawDocument(place, offset, length, raw))
            yield Document(COLLECTION, message_name(document), document.data, document.problem)

    def _pages(self, condition: str, columns: str) -> Iterator[tuple[Any, ...]]:
        """Rows page by page, so that takes may happen in between without an open cursor."""
        last = 0
        while True:
            rows = self._database.execute(
                f"SELECT place, {columns} FROM message "  # noqa: S608 - constants only
                f"WHERE place > ? AND {condition} ORDER BY place LIMIT {_CHUNK}",
                (last,),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            for row in rows:
                yield row[1:]
