"""Which connected model is most like one that is not: a guess that somebody looks at.

Names of models have no grammar, but habits: a provider or a region before, a date or "latest"
behind, and words and numbers between.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

_LONGEST = 200
_MOST_NAMES = 500
_MOST_OFFERS = 2000

_BEFORE = re.compile(r"(?:[a-z][a-z0-9_-]*[./])+(?=[a-z])")
"""``us.anthropic.``, ``openrouter/meta-llama/``: each of them names somebody, and no model."""
_BEHIND = re.compile(
    r"(?:[-@_](?:v\d+:\d+|20\d{6}|20\d\d-\d\d-\d\d|(?:0[1-9]|1[0-2])[0-3]\d"
    r"|\d\d-20\d\d|latest|preview|exp|beta|stable|instruct|it|hf)|:(?:free|latest|beta))+$"
)
_PIECE = re.compile(r"[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class _Shape:
    """A name taken apart: its words, its numbers, and the word that everything begins with."""

    words: frozenset[str]
    numbers: tuple[int, ...]
    family: str

    @classmethod
    def of(cls, name: str) -> _Shape:
        plain = name[:_LONGEST].strip().lower()
        plain = _BEFORE.sub("", plain, count=1) if _BEFORE.match(plain) else plain
        pieces = _PIECE.findall(_BEHIND.sub("", plain))
        words = [piece for piece in pieces if not piece.isdecimal()]
        numbers = tuple(int(piece[:6]) for piece in pieces if piece.isdecimal())
        return cls(frozenset(words), numbers, words[0] if words else "")

    def likeness(self, other: _Shape) -> tuple[float, float]:
        """How like another one it is: by words, then by numbers. Nothing without the family."""
        if not self.family or self.family != other.family:
            return (0.0, 0.0)
        shared, all_words = len(self.words & other.words), len(self.words | other.words)
        pairs = zip(self.numbers, other.numbers, strict=False)
        apart = sum(abs(one - two) / 10**place for place, (one, two) in enumerate(pairs))
        apart += 0.05 * abs(len(self.numbers) - len(other.numbers))
        return (shared / all_words, -apart)


def suggested_map(names: Iterable[str], offered: Collection[str]) -> dict[str, str]:
    """For each name the offered id that is most like it; an empty text where none is at all."""
    shapes = [(offer, _Shape.of(offer)) for offer in sorted(offered)[:_MOST_OFFERS]]
    return {name: _best(name, shapes) for name in list(names)[:_MOST_NAMES]}


def _best(name: str, shapes: list[tuple[str, _Shape]]) -> str:
    own = _Shape.of(name)
    best, most = "", (0.0, 0.0)
    for offer, shape in shapes:
        likeness = own.likeness(shape)
        if likeness[0] and (not best or likeness > most):
            best, most = offer, likeness
    return best
