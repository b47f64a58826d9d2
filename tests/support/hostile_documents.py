"""Documents that were made to hang their reader, or to fill its memory."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

from tests.support.documents import pdf_of

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]>"
)
"""Entities (XML) that stand for ten to the eleventh words."""


def greedy_xlsx() -> bytes:
    """A small workbook that unpacks to more than anybody has room for."""
    return _workbook(f'<worksheet xmlns="{_SHEET}"><sheetData>', b"<row/>" * 60_000_000)


def endless_xlsx() -> bytes:
    """A workbook within what it may unpack to, with far more cells than can be read in time."""
    rows = "".join(
        "<row>" + "".join(f"<c><v>{line * column}</v></c>" for column in range(40)) + "</row>"
        for line in range(40_000)
    )
    return _workbook(f'<worksheet xmlns="{_SHEET}"><sheetData>', rows.encode())


def laughing_xlsx() -> bytes:
    """A workbook of laughs."""
    return _workbook(
        f'{_LAUGHS}<worksheet xmlns="{_SHEET}"><sheetData>',
        b'<row><c t="inlineStr"><is><t>&a11;</t></is></c></row>',
    )


def laughing_docx() -> bytes:
    """A letter of laughs."""
    return _letter(f"{_LAUGHS}", "&a11;")


def lying_docx() -> bytes:
    """A letter whose archive says that it unpacks to a hundred bytes; it has 300 million."""
    content = bytearray(_letter("", "x" * 300_000_000))
    size = 300_000_000 + len(_letter_around("", ""))
    honest, lie = size.to_bytes(4, "little"), (100).to_bytes(4, "little")
    assert honest in content
    return bytes(content.replace(honest, lie))


def endless_pdf() -> bytes:
    """Pages that all show one text, small where it is packed: hours for whoever reads it."""
    pages = 2000
    kids = b" ".join(b"%d 0 R" % (number + 5) for number in range(pages))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 3 0 R /Resources 4 0 R >>"
    text = zlib.compress(b"BT /F1 9 Tf" + b" (x) Tj" * 300_000 + b" ET")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    return pdf_of(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
        b"<< /Font << /F1 %s >> >>" % font,
        *[page] * pages,
    )


def deep_html() -> bytes:
    """A page in a page in a page."""
    return b"<div>" * 2_000_000 + b"x"


def _letter_around(head: str, text: str) -> str:
    return (
        f'{head}<w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p>'
        "</w:body></w:document>"
    )


def _letter(head: str, text: str) -> bytes:
    return _zipped({"word/document.xml": _letter_around(head, text).encode()})


def _workbook(head: str, rows: bytes) -> bytes:
    sheet = head.encode() + rows + b"</sheetData></worksheet>"
    kinds = (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sheet.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>'
    )
    book = (
        f'<workbook xmlns="{_SHEET}" xmlns:r="{_RELATION}"><sheets>'
        '<sheet name="Plums" sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    return _zipped(
        {
            "[Content_Types].xml": kinds.encode(),
            "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
            "xl/workbook.xml": book.encode(),
            "xl/_rels/workbook.xml.rels": _relation("worksheet", "sheet.xml"),
            "xl/sheet.xml": sheet,
        }
    )


def _relation(kind: str, target: str) -> bytes:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_RELATION}/{kind}" Target="{target}"/></Relationships>'
    ).encode()


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()
