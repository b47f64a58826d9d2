"""The bytes behind the sample's files: drawings, a small PDF, tables and notes."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

OAK, LINEN, INK, GLOW, SLATE = "#8a5a2b", "#f6f1e7", "#2b2a28", "#ffd98a", "#5b6b73"


def _text(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int = 18) -> None:
    draw.text(at, text, fill=INK, font=ImageFont.load_default(size))


def _lamp(
    draw: ImageDraw.ImageDraw, x: int, y: int, scale: float, shade: str = OAK, cord: str = INK
) -> None:
    """A pendant lamp: cord, shade, light."""

    def px(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x + a * scale, y + b * scale) for a, b in points]

    draw.line(px((0, -90), (0, 0)), fill=cord, width=max(1, round(2 * scale)))
    draw.polygon(px((-22, 78), (22, 78), (70, 150), (-70, 150)), fill=GLOW)
    draw.polygon(px((-18, 0), (18, 0), (52, 78), (-52, 78)), fill=shade)
    draw.ellipse([*px((-14, 66))[0], *px((14, 92))[0]], fill="#fff6dc")


def _save(image: Image.Image, kind: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def floor_plan() -> bytes:
    """The showroom's floor plan (PNG)."""
    image = Image.new("RGB", (640, 420), LINEN)
    draw = ImageDraw.Draw(image)
    draw.rectangle([30, 50, 610, 390], outline=INK, width=5)
    draw.line([(330, 50), (330, 250)], fill=INK, width=4)
    draw.rectangle([60, 300, 240, 360], fill="#d8c4a0", outline=OAK, width=2)
    for x in (120, 180, 240, 400, 470, 540):
        draw.ellipse([x - 14, 150, x + 14, 178], fill=GLOW, outline=OAK, width=2)
    _text(draw, (34, 16), "Showroom Hamburg, ground floor")
    _text(draw, (110, 320), "Counter")
    _text(draw, (70, 70), "Pendants")
    _text(draw, (350, 70), "Floor lamps")
    return _save(image.quantize(32), "PNG")


def product_photo() -> bytes:
    """A lamp before a warm gradient (JPEG)."""
    image = Image.new("RGB", (480, 360))
    draw = ImageDraw.Draw(image)
    for y in range(360):
        draw.line([(0, y), (480, y)], fill=(236 - y // 6, 222 - y // 5, 200 - y // 4))
    _lamp(draw, 240, 110, 1.1)
    return _save(image, "JPEG", quality=70)


def mood_board() -> bytes:
    """Colours and three lamps (WebP)."""
    image = Image.new("RGB", (600, 300), LINEN)
    draw = ImageDraw.Draw(image)
    for index, colour in enumerate((OAK, "#b5472f", "#3e5641", SLATE, GLOW)):
        draw.rectangle([index * 120, 230, index * 120 + 120, 300], fill=colour)
    for index, colour in enumerate((OAK, "#b5472f", "#3e5641")):
        _lamp(draw, 110 + index * 190, 60, 0.9, colour)
    return _save(image, "WEBP", quality=60)


def poster() -> bytes:
    """The drawing the image tool made (PNG)."""
    image = Image.new("RGB", (400, 500), "#20303a")
    draw = ImageDraw.Draw(image)
    _lamp(draw, 200, 120, 1.6, "#c98f4e", cord=LINEN)
    draw.text((66, 430), "HALDEN  light, grown slowly", fill=GLOW, font=ImageFont.load_default(22))
    return _save(image.quantize(32), "PNG")


def chart() -> bytes:
    """Sales by region, as the code tool drew it (PNG)."""
    image = Image.new("RGB", (480, 320), "white")
    draw = ImageDraw.Draw(image)
    draw.line([(60, 20), (60, 270), (460, 270)], fill=INK, width=2)
    for index, (name, value) in enumerate((("North", 184), ("South", 142), ("Export", 97))):
        x = 100 + index * 120
        draw.rectangle([x, 270 - value, x + 70, 269], fill=(OAK, SLATE, "#3e5641")[index])
        _text(draw, (x + 8, 280), name, 16)
        _text(draw, (x + 18, 248 - value), str(value), 16)
    return _save(image.quantize(16), "PNG")


def blinking_lamp() -> bytes:
    """Two frames (animated GIF)."""
    frames = []
    for light in ("#4a4a4a", GLOW):
        frame = Image.new("RGB", (120, 160), LINEN)
        draw = ImageDraw.Draw(frame)
        draw.polygon([(44, 40), (76, 40), (96, 90), (24, 90)], fill=OAK)
        draw.ellipse([46, 80, 74, 108], fill=light)
        frames.append(frame.quantize(8))
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=600, loop=0)
    return out.getvalue()


def portrait(letter: str, colour: str) -> bytes:
    """An avatar: a letter on a disc (PNG)."""
    image = Image.new("RGB", (128, 128), LINEN)
    draw = ImageDraw.Draw(image)
    draw.ellipse([4, 4, 124, 124], fill=colour)
    draw.text((44, 30), letter, fill="white", font=ImageFont.load_default(56))
    return _save(image.quantize(16), "PNG")


def pdf(*lines: str) -> bytes:
    """A one-page PDF with a few lines of text."""
    body = " ".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 12 Tf 60 780 Td 18 TL {body} ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources %s >>"
        % b"<< /Font << /F1 5 0 R >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, item in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    out += b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


@cache
def render() -> dict[str, bytes]:
    """Every blob of the sample, by the name that :mod:`scripts.sample.files` uses."""
    return {
        "floor-plan": floor_plan(),
        "product-photo": product_photo(),
        "mood-board": mood_board(),
        "poster": poster(),
        "chart": chart(),
        "blinking-lamp": blinking_lamp(),
        "mara-avatar": portrait("M", "#3e5641"),
        "analyst-avatar": portrait("A", "#5b6b73"),
        "contract": pdf(
            "Supply agreement between Lumen & Oak and Holzwerk Altona",
            "4.2 Delivery takes place within 21 days of the order.",
            "7.1 Either party may end this agreement with three months' notice.",
        ),
        "sales": b"region,units\nNorth,184\nSouth,142\nExport,97\n",
        "result": b"region,share\nNorth,43.5\nSouth,33.6\nExport,22.9\n",
        "notes": (
            "Visit to the workshop, 12 January\n\n"
            "- Oak stock lasts until May.\n- New kiln arrives in week 9.\n"
            "- Ask Björn about the cord supplier.\n"
        ).encode(),
        "stock": "article;stock;reorder\nHAL-30;12;20\nHAL-45;41;20\nÖRE-10;3;15\n".encode(),
        "names": "燈 あかり\n木漏れ日 こもれび\n月影 つきかげ\n".encode(),
        "handbook": b"# Handbook\n\nCore hours are 10:00 to 15:00. Lunch is at noon.\n",
        "empty": b"",
    }
