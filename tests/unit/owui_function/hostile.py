"""Texts that somebody may have put into a backup, or that its path or an error may hold."""

from __future__ import annotations

TEXTS = [
    '<img src=x onerror="alert(1)">',
    "</script><script>alert(1)</script>",
    "</iframe></body></html>",
    "\"' onload='alert(1)' data-k=\"line",
    "[here](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "[here]: https://evil.example 'title'",
    "<https://evil.example> https://evil.example www.evil.example WWW.evil.example a@evil.example",
    "`code` ```\n# heading\n```",
    "a | b | c\n|---|---|\n| 1 | 2 |",
    "# heading\n- list\n> quote\n1. one\n***\n~~gone~~ **bold** _soft_",
    "line\u2028separator\u2029paragraph\x85next\x00nul",
    "$x^2$ $$y$$ \\(z\\) \\[w\\] \\begin{equation}v\\end{equation} \\pu{1}",
    "(in brackets) and [in square ones] [1] [^1]",
    "{{USER_NAME}} {% raw %} ${x} &lt;b&gt; &amp; &#60;",
    "<details type=\"reasoning\"><summary>x</summary></details> <|think|> :::artifact{}",
    "\\`\\*\\\\ back\\slashes \\",
    "ends with a backslash \\",
    "Ünïcode 会議 🚀 \u202eright-to-left",
]  # fmt: skip
