"""Texts in several languages, of any length: prose, lists, links, and code."""

from __future__ import annotations

import random

_LANGUAGES = (
    """the model answers with a table of results and a short note about units while the report
    grows by a paragraph each week because nobody dares to delete what is old""",
    """das Modell antwortet mit einer Übersicht der Ergebnisse während der Bericht jede Woche
    größer wird weil niemand das Alte löschen möchte und alle müde sind""",
    """модель отвечает таблицей результатов короткой заметкой пока отчёт растёт каждую неделю
    потому что никто не решается удалить старое""",
    """模型 用 一张 结果 表 和 一个 关于 单位 的 简短 说明 来 回答 而 报告 每周 都 在 增长
    因为 没有 人 敢 删除""",
    """le modèle répond avec un tableau de résultats et une brève note sur les unités tandis que
    le rapport grandit chaque semaine car personne ose rien effacer 🚀""",
)
_WORDS = tuple(language.split() for language in _LANGUAGES)
_LINES = (
    "import pandas as pd",
    "for row in frame.itertuples():",
    '    print(f"{row.name:>20} {row.total:,.2f}")',
    "    if row.total is None:",
    "        continue",
    "result = [value for value in table if value > 0]",
    "return {key: rows[key] for key in sorted(rows)}",
    "# see https://docs.example.org/guide#results",
    "SELECT id, name FROM report WHERE total > 100;",
    "",
)


def prose(chance: random.Random, size: int, language: int, *, formatted: bool = False) -> str:
    """About ``size`` characters of sentences, in paragraphs."""
    words = _WORDS[language]
    pieces: list[str] = []
    length = 0
    while length < size:
        some = " ".join(chance.choices(words, k=chance.randint(4, 18)))
        sentence = f"{some[0].upper()}{some[1:]}. "
        kind = chance.random()
        if formatted and kind < 0.05:
            sentence = f"\n\n## {some[:40]}\n\n"
        elif formatted and kind < 0.15:
            sentence = f"\n- **{some[:20]}**: {some}\n- `{some[:12]}` and {some[:30]}\n"
        elif formatted and kind < 0.17:
            sentence = f"See [{some[:15]}](https://example.org/{len(pieces)}?q=1). "
        elif kind < 0.22:
            sentence += "\n\n"
        pieces.append(sentence)
        length += len(sentence)
    return "".join(pieces).strip()


def code_block(chance: random.Random, size: int) -> str:
    """A fenced block of about ``size`` characters."""
    lines: list[str] = []
    length = 0
    while length < size:
        lines.append(chance.choice(_LINES))
        length += len(lines[-1]) + 1
    return "\n".join(["```python", *lines, "```"])
