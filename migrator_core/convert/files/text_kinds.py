"""Which files have a text that people and models can read, and how it is read.

What Open WebUI itself reads (0.12, ``retrieval/loaders/main.py``), by the extension first and the
type second; browsers call many source files ``application/octet-stream`` or worse.
"""

from __future__ import annotations

from migrator_core.item import Reading
from migrator_core.rows import FileRow

_LOADED = frozenset(
    {
        "doc", "docx", "epub", "htm", "html", "msg", "odp", "ods", "odt", "pdf", "ppt", "pptx",
        "xls", "xlsm", "xlsx",
    }
)  # fmt: skip
_PLAIN = frozenset(
    {
        "adoc", "asm", "bash", "bat", "bib", "c", "cfg", "clj", "cmake", "cmd", "conf", "cpp", "cs",
        "csproj", "css", "csv", "cts", "dart", "db2", "diff", "dockerfile", "env", "erl", "ex",
        "exs", "f90", "gitignore", "go", "gradle", "graphql", "groovy", "h", "hcl", "hpp", "hs",
        "hsc", "ini", "ino", "ipynb", "java", "jl", "js", "json", "json5", "jsonl", "jsx", "kt",
        "kts", "less", "lhs", "log", "lua", "m", "make", "makefile", "markdown", "md", "mdx", "mjs",
        "mm", "mts", "ndjson", "nginxconf", "nim", "org", "patch", "perl", "php", "pl", "plsql",
        "pm", "proto", "ps1", "py", "pyi", "r", "rb", "rs", "rst", "rtf", "sass", "scala", "scss",
        "sh", "sol", "sql", "srt", "svelte", "svg", "swift", "tex", "text", "tf", "toml", "ts",
        "tsv", "tsx", "txt", "vb", "vim", "vtt", "vue", "xml", "xsd", "xsl", "yaml", "yml", "zig",
    }
)  # fmt: skip
_LOADED_TYPES = frozenset(
    {
        "application/epub+zip",
        "application/msword",
        "application/pdf",
        "application/vnd.ms-excel",
        "application/vnd.ms-outlook",
        "application/vnd.ms-powerpoint",
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/xhtml+xml",
        "text/html",
    }
)
_PLAIN_TYPES = frozenset(
    {
        "application/csv",
        "application/ecmascript",
        "application/graphql",
        "application/javascript",
        "application/json",
        "application/jsonl",
        "application/ld+json",
        "application/rtf",
        "application/sql",
        "application/toml",
        "application/typescript",
        "application/x-httpd-php",
        "application/x-javascript",
        "application/x-ndjson",
        "application/x-python",
        "application/x-sh",
        "application/x-tex",
        "application/x-yaml",
        "application/xml",
        "application/yaml",
    }
)
_FILMS = frozenset({"ts", "mts", "cts"})
"""Extensions of TypeScript, which browsers take for films (MPEG transport streams)."""


def reading_of(row: FileRow) -> Reading:
    """How the text of a file is read, as far as its name and its type tell."""
    extension = row.filename.rpartition(".")[2].lower()  # or the whole name: Dockerfile
    kind = str(row.meta.get("content_type") or "")
    if kind.startswith("image/"):
        return Reading.PLAIN if kind == "image/svg+xml" else Reading.NOTHING
    if kind.startswith(("audio/", "video/")):
        film = kind.startswith("video/") and extension in _FILMS
        return Reading.PLAIN if film else Reading.NOTHING
    if extension in _LOADED or (extension not in _PLAIN and kind in _LOADED_TYPES):
        return Reading.LOADER
    plain = extension in _PLAIN or kind.startswith("text/") or kind in _PLAIN_TYPES
    return Reading.PLAIN if plain else Reading.NOTHING
