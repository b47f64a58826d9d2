"""A line to PostgreSQL that breaks where a test wants it to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class BrokenLine:
    """Carries connections to a server, and cuts one of them when it sees what it was told.

    ``cut`` is how often it has cut one; ``down`` refuses every new connection.
    """

    host: str
    port: int
    cut: int = 0
    down: bool = False
    _pattern: bytes = b""
    _answer_lost: bool = False
    _connections: set[asyncio.StreamWriter] = field(default_factory=set)

    def lose_request(self, pattern: bytes) -> None:
        """The next request with these bytes never reaches the server."""
        self._pattern, self._answer_lost = pattern, False

    def lose_answer(self, pattern: bytes) -> None:
        """The next request with these bytes is carried out, and nobody hears of it."""
        self._pattern, self._answer_lost = pattern, True

    def cut_all(self) -> None:
        """Every connection that is open breaks."""
        for writer in self._connections:
            writer.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        if self.down:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(self.host, self.port)
        self._connections |= {writer, back}
        lost = asyncio.Event()
        tasks = [
            asyncio.create_task(self._requests(reader, back, lost)),
            asyncio.create_task(self._answers(there, writer, lost)),
        ]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for end in (writer, back):
            end.transport.abort()
            self._connections.discard(end)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _requests(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, lost: asyncio.Event
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(1 << 20):
                if self._pattern and self._pattern in data:
                    self._pattern = b""
                    self.cut += 1
                    if not self._answer_lost:
                        return
                    lost.set()
                sink.write(data)
                await sink.drain()

    async def _answers(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, lost: asyncio.Event
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(1 << 20):
                if lost.is_set():
                    return
                sink.write(data)
                await sink.drain()


@asynccontextmanager
async def broken_line(host: str, port: int) -> AsyncIterator[tuple[BrokenLine, int]]:
    """A line to this server, and its port on 127.0.0.1."""
    line = BrokenLine(host, port)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    try:
        yield line, server.sockets[0].getsockname()[1]
    finally:
        line.cut_all()
        server.close()
        await server.wait_closed()
