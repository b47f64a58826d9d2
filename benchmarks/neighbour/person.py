"""Somebody who uses Open WebUI: lists their chats, opens one, saves it, over and over.

Words: the server's URL, the person's token, the id of a chat of theirs, the file for the notes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from benchmarks.neighbour.samples import Sample, write

PAUSE = 0.02
"""Seconds between two requests: a busy person, not a load test."""


def work(http: httpx.Client, chat_id: str, notes: Path) -> None:
    """Go on until the process is ended."""
    chat = http.get(f"/api/v1/chats/{chat_id}").raise_for_status().json()["chat"]
    requests: dict[str, Callable[[], httpx.Response]] = {
        "list": lambda: http.get("/api/v1/chats/", params={"page": 1}),
        "open": lambda: http.get(f"/api/v1/chats/{chat_id}"),
        "save": lambda: http.post(f"/api/v1/chats/{chat_id}", json={"chat": chat}),
    }
    with notes.open("w", buffering=1) as file:
        while True:
            for kind, request in requests.items():
                began = time.monotonic()
                try:
                    ok = request().status_code == 200
                except httpx.HTTPError:
                    ok = False
                write(file, Sample(began, time.monotonic(), kind, ok))
                time.sleep(PAUSE)


def main() -> None:
    """Work as the person whose token is given."""
    url, token, chat_id, notes = sys.argv[1:5]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as http:
        work(http, chat_id, Path(notes))


if __name__ == "__main__":
    main()
