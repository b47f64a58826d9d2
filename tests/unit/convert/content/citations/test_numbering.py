"""Anchors become ``[n]`` that lead to the source they meant, or nothing."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.content.citations.numbering import Citations
from migrator_core.convert.content.citations.searches import is_search, read_citations
from migrator_core.convert.content.markdown.anchors import spelled_out
from migrator_core.convert.files.file_link import FileLink
from tests.support.chat_checks import answer, convert, history, message
from tests.unit.convert.content.citations.citation_view import (
    cited_numbers,
    labels,
    labels_before_0_12,
    source_list,
)

PRIVATE = re.compile("[\ue200-\ue206]")
LISTS = {
    "search": "organic",
    "news": "topStories",
    "ref": "references",
    "image": "images",
    "video": "videos",
}


def page(name: str, **fields: Any) -> dict[str, Any]:
    return {"title": name, "link": f"https://{name}.example/", **fields}


def web(turn: object, **lists: list[Any]) -> dict[str, Any]:
    return {"type": "web_search", "web_search": {"turn": turn, **lists}}


def files(*chunks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "file_search", "file_search": {"sources": list(chunks)}}


def chunk(file_id: str, **fields: Any) -> dict[str, Any]:
    return {"fileId": file_id, "fileName": f"{file_id}.pdf", "content": file_id, **fields}


def cite(text: str, *attachments: object) -> tuple[str, Citations]:
    citations = read_citations(attachments, {})
    return citations.replace(text), citations


def shown_sources(citations: Citations) -> list[dict[str, Any]]:
    """The sources as a reader of JSON sees them."""
    return cast("list[dict[str, Any]]", list(citations.sources))


def names(citations: Citations) -> list[str]:
    return [entry["source"]["name"] for entry in source_list(shown_sources(citations))]


TWO = web(0, organic=[page("a"), page("b"), page("c")])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It is \ue202turn0search1.", "It is [1]."),
        (r"It is \ue202turn0search1.", "It is [1]."),
        (r"It is \\ue202turn0search1.", "It is [1]."),
        ("\ue200\ue202turn0search1\ue202turn0search0\ue201", "[1][2]"),
        (r"\ue200cite\ue202turn0search1\ue202turn0search0\ue201", "[1][2]"),
        ("x \ue200\ue202turn0search1\ue202turn0search1\ue201", "x [1]"),
        ("x \ue200\ue202turn0search9\ue202turn0search1\ue201 y", "x [1] y"),
        ("\ue203Words\ue204 \ue202turn0search0\ue206 more", "Words [1] more"),
        ("Nowhere \ue202turn9search0 at all", "Nowhere at all"),
        ("Nowhere \ue202turn0search7, at all", "Nowhere, at all"),
        ("Nowhere \ue202turn0news0", "Nowhere"),
        ("one \ue202turn9search0two", "one two"),
        ("line\n\ue202turn9search0\nline", "line\n\nline"),
        ("stray \ue201\ue206\ue204 markers \\ue203here", "stray  markers here"),
        ("a group without end \ue200\ue202turn0search0", "a group without end [1]"),
        ("\ue200words in a group\ue201", "words in a group"),
        ("\ue200\ue202turn0search0 2 of 3\ue201", "[1] 2 of 3"),
        ("\ue202turn0search0: a line", "[1] : a line"),
        ("`\\ue202turn0search0` is an anchor", "`\\ue202turn0search0` is an anchor"),
        ("```\n\\ue202turn0search0\n```\n", "```\n\\ue202turn0search0\n```\n"),
        ("`\ue202turn0search0 \ue203`", "`\\ue202turn0search0 \\ue203`"),
        ("an icon `\ue202`", "an icon `\ue202`"),
        ("turn0search0 alone, and \ue000\uf8ff", "turn0search0 alone, and \ue000\uf8ff"),
        ("\ue202turn0SEARCH0", "turn0SEARCH0"),
    ],
)
def test_anchors_in_all_spellings(text: str, shown: str) -> None:
    result, _ = cite(text, TWO)
    assert result == shown


@pytest.mark.parametrize("kind", LISTS)
def test_every_kind_counts_in_its_own_list(kind: str) -> None:
    lists = {name: [page(f"{name}0"), page(f"{name}1")] for name in LISTS.values()}
    result, citations = cite(f"\ue202turn3{kind}1", web(3, **lists))
    assert result == "[1]"
    assert names(citations)[0] == f"{LISTS[kind]}1"


def test_numbers_go_on_over_all_texts_of_a_message() -> None:
    citations = read_citations((TWO, web(1, topStories=[page("d")])), {})
    assert citations.replace("x \ue202turn0search2") == "x [1]"
    assert citations.replace("y \ue202turn1news0 \ue202turn0search2") == "y [2] [1]"
    assert names(citations) == ["c", "d", "a", "b"]


def test_the_later_of_two_searches_with_one_number_is_meant() -> None:
    result, citations = cite("\ue202turn0search0 \ue202turn0file0", TWO, files(chunk("f")))
    assert result == " [1]"
    assert names(citations)[0] == "f.pdf"
    result, citations = cite("\ue202turn0search0", files(chunk("f")), web(0, organic=[page("z")]))
    assert names(citations)[0] == "z"


def test_file_searches_count_in_their_order_and_files_not_chunks() -> None:
    first = files(chunk("p", pages=[2, 3]), chunk("p", content="more", pages=[1]), chunk("q"))
    citations = read_citations((first, files(chunk("r"))), {})
    assert citations.replace("\ue202turn0file1 \ue202turn1file0 \ue202turn0ref0") == "[1] [2] [3]"
    q, r, p = source_list(shown_sources(citations))
    assert [q["source"]["name"], r["source"]["name"]] == ["q.pdf", "r.pdf"]
    assert p["document"] == ["p\n\n(pages 2, 3)", "more"]
    assert p["pages"] == [1, 0]


def test_only_migrated_files_can_be_opened() -> None:
    link = FileLink("ow-1", "p.pdf", "application/pdf", 3)
    found = (files(chunk("p"), chunk("q")),)
    (mine, gone) = shown_sources(read_citations(found, {"p": link}))
    assert mine["metadata"][0]["file_id"] == "ow-1"
    assert "file_id" not in gone["metadata"][0]


def test_pages_with_one_title_keep_their_numbers_in_every_version() -> None:
    pages = [page(name, title="Home") for name in ("a", "b", "c")]
    pages.append(page("a", title="Home", link="https://a.example/2"))
    result, citations = cite(
        "".join(f"\ue202turn0search{n}" for n in (2, 0, 3, 1)), web(0, organic=pages)
    )
    sources = shown_sources(citations)
    assert result == "[1][2][3][4]"
    urls = [entry["source"]["url"] for entry in source_list(sources)]
    assert urls == [
        "https://c.example/", "https://a.example/", "https://a.example/2", "https://b.example/",
    ]  # fmt: skip
    assert len(labels(sources)) == len(labels_before_0_12(sources)) == 4


def test_one_page_found_twice_is_one_source() -> None:
    again = page("a", snippet="other words")
    result, citations = cite(
        "\ue202turn0search0 \ue202turn1ref0",
        web(0, organic=[page("a", snippet="words")]),
        web(1, references=[again]),
    )
    assert result == "[1] [1]"
    (only,) = source_list(shown_sources(citations))
    assert only["document"] == ["words", "other words"]


def test_what_was_found_and_not_cited_follows() -> None:
    result, citations = cite("\ue202turn0search1", TWO)
    assert result == "[1]"
    assert names(citations) == ["b", "a", "c"]


def test_a_picture_that_is_its_own_address_stays_out_of_the_chat() -> None:
    data = "data:image/png;base64," + "A" * 5000
    picture = {"title": "Chart", "imageUrl": data, "thumbnailUrl": "https://t.example/t.png"}
    _, citations = cite("\ue202turn0image0", web(0, images=[picture]))
    (source,) = citations.sources
    assert source["source"]["id"] == "https://t.example/t.png"
    assert "base64" not in str(source)


@pytest.mark.parametrize(
    "attachment",
    [
        web(None, organic=[page("a")]),
        web("0", organic=[page("a")]),
        web(True, organic=[page("a")]),
        web(float("nan"), organic=[page("a")]),
        {"web_search": {"turn": 0, "organic": "odd"}},
        web(0, organic=[None, "x", {}]),
        {"web_search": [1]},
        {"file_search": {"sources": {"a": 1}}},
        "web_search",
        None,
    ],
)
def test_damaged_searches_are_pointed_to_by_nothing(attachment: object) -> None:
    result, _ = cite("x \ue202turn0search0 y", attachment)
    assert result == "x y"


def test_a_hole_in_the_results_does_not_move_the_others() -> None:
    _, citations = cite("\ue202turn0search1", web(0, organic=[None, page("b")]))
    assert names(citations) == ["b"]


def test_searches_are_told_by_their_sources_alone() -> None:
    assert is_search(TWO)
    assert is_search(files(chunk("a")))
    assert not is_search({"type": "web_search"})
    assert not is_search({"file_id": "f"})


def test_a_tools_text_keeps_its_anchors_in_letters() -> None:
    assert spelled_out("see \ue202turn0search0\ue206") == "see \\ue202turn0search0\\ue206"
    assert spelled_out("icon \ue202 \ue0a0") == "icon \ue202 \ue0a0"
    assert spelled_out("\\ue202turn0search0") == "\\ue202turn0search0"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("icons \ue202 \ue206\ue0a0", "icons \ue202 \ue206\ue0a0"),
        ("what does \\ue202turn0search0 mean?", "what does \\ue202turn0search0 mean?"),
        ("you said: landed \ue202turn0search0.", "you said: landed."),
        ("\ue200\ue202turn0search0\ue202turn1news0\ue201 why?", " why?"),
    ],
)
def test_questions_lose_copied_anchors_only(text: str, kept: str) -> None:
    rows = [message("q", text=text), answer("a", "q", text="x", attachments=[TWO])]
    assert history(convert(*rows))["q"]["content"] == kept


ANCHOR = st.tuples(
    st.integers(0, 3), st.sampled_from([*LISTS, "file"]), st.integers(0, 3), st.booleans()
)
MARKUP = "`~\\[]\ue200\ue201\ue202\ue203\ue204\ue206"
WORDS = st.text(st.characters(codec="utf-8", exclude_characters=MARKUP), max_size=8)


def spelled(anchor: tuple[int, str, int, bool]) -> str:
    turn, kind, index, literal = anchor
    marker = "\\ue202" if literal else "\ue202"
    return f"{marker}turn{turn}{kind}{index}"


@given(st.lists(st.tuples(WORDS, st.lists(ANCHOR, max_size=3), st.booleans()), max_size=6))
def test_anchors_resolve_or_vanish_and_leave_the_text_alone(
    parts: list[tuple[str, list[tuple[int, str, int, bool]], bool]],
) -> None:
    attachments = (
        web(0, organic=[page("a"), page("b")], topStories=[page("c")]),
        web(2, images=[page("d")], references=[page("a"), page("e")]),
        files(chunk("f")),
        files(chunk("g"), chunk("h"), chunk("g")),
    )
    turns = {
        0: {"references": ["f.pdf"]},  # the file search stands where the web search stood
        1: {"references": ["g.pdf", "h.pdf"]},
        2: {"images": ["d"], "references": ["a", "e"]},
    }
    kinds = {**LISTS, "file": "references"}
    text = ""
    meant: list[str] = []
    for words, anchors, grouped in parts:
        run = "".join(spelled(anchor) for anchor in anchors)
        text += words + " " + (f"\ue200{run}\ue201" if grouped else run) + "\n"
        found: list[str] = []
        for turn, kind, index, _ in anchors:
            results = turns.get(turn, {}).get(kinds[kind], [])
            found += results[index : index + 1]
        meant += dict.fromkeys(found) if grouped else found
    citations = read_citations(attachments, {})
    shown = citations.replace(text)
    assert not PRIVATE.search(shown)
    assert "\\ue20" not in shown
    listed = [entry["source"]["name"] for entry in source_list(shown_sources(citations))]
    assert [listed[number - 1] for number in cited_numbers(shown)] == meant
    assert listed[: len(set(meant))] == list(dict.fromkeys(meant))
    left = re.sub(r"\[\d+\]", "", shown)
    assert "".join(left.split()) == "".join("".join(words for words, _, _ in parts).split())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["web_search", "file_search", "turn", "organic", "sources", "link", "title",
                 "fileId", "pages", "relevance", "highlights", "content", "images"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)  # fmt: skip


@given(st.lists(JSON, max_size=4), st.text(max_size=10))
def test_no_attachment_breaks_a_message(attachments: list[object], text: str) -> None:
    citations = read_citations(tuple(attachments), {})
    citations.replace(f"{text}\ue202turn0search0\ue202turn0file0\ue202turn1image0{text}")
    sources = shown_sources(citations)
    assert len(source_list(sources)) == len(labels(sources)) == len(labels_before_0_12(sources))
    for source in sources:
        assert len(source["document"]) == len(source["metadata"]) > 0
        assert all(isinstance(text, str) for text in source["document"])
        assert all(entry["source"] and entry["name"] for entry in source["metadata"])


def test_long_hostile_text_takes_no_long_time() -> None:
    text = "\ue200 " * 50_000 + " " * 200_000 + "\\ue200" * 50_000
    assert cite(text, TWO)[0].strip() == ""
