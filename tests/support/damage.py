"""What happens to a backup on its way: terminals, redirected messages, PowerShell."""

from __future__ import annotations

LOG = b"2026-03-01T12:00:00.123+0000\t%s\n"
WRITING = LOG % b"writing `LibreChat.messages` to archive on stdout"
PROGRESS = LOG % b"[#####.......]  LibreChat.messages  120/449  (26.7%%)"
DONE = LOG % b"done dumping `LibreChat.messages` (449 documents)"


def through_terminal(data: bytes) -> bytes:
    """What ``docker exec -t`` makes of it: a carriage return before every line feed."""
    return data.replace(b"\n", b"\r\n")


def inserted(data: bytes, place: int, text: bytes = WRITING) -> bytes:
    """The data with something in between."""
    return data[:place] + text + data[place:]


def through_powershell(data: bytes, code_page: str = "cp437") -> bytes:
    """What ``> file`` in Windows PowerShell 5 makes of it: lines of text, written as UTF-16."""
    text = data.decode(code_page, "replace").replace("\r\n", "\n").replace("\n", "\r\n")
    return b"\xff\xfe" + text.encode("utf-16-le")


def through_newer_powershell(data: bytes) -> bytes:
    """What PowerShell 6 and 7.0 to 7.3 make of it: text in UTF-8, what is none replaced."""
    return data.decode("utf-8", "replace").encode()
