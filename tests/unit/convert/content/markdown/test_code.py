"""What is code in a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.content.markdown.code import split_code

MARKS = ["`", "``", "```", "````", "~~~", "```python\n", "\n", "\n\n", "\r\n", "\u2028", "> ", "- "]
PLAIN = st.lists(st.sampled_from(MARKS) | st.text(max_size=8), max_size=30).map("".join)


@given(PLAIN)
def test_splitting_off_code_loses_nothing(text: str) -> None:
    assert "".join(piece for piece, _ in split_code(text)) == text
