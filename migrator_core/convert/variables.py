"""Prompt variables: from LibreChat's ``{{name}}`` syntax to Open WebUI's.

LibreChat (0.8, ``VariableForm.tsx``, ``replaceSpecialVars``) asks for everything between two pairs
of braces; ``{{tone:formal|casual}}`` is a drop-down list, ``{{note:multiline}}`` a larger field,
and a few names are filled in by itself, in any letter case. Open WebUI (0.12,
``src/lib/utils/index.ts``: ``extractInputVariables``, ``parseVariableDefinition``) knows
``{{name | type:property=value}}``; a name holds neither whitespace nor ``|``, a definition no
``}``, and some names in capitals are filled in by itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

SPECIAL = {
    "current_date": "{{CURRENT_DATE}} ({{CURRENT_WEEKDAY}})",
    "current_datetime": "{{CURRENT_DATETIME}}",
    "iso_datetime": "{{CURRENT_DATETIME}}",
    "current_user": "{{USER_NAME}}",
}
"""What LibreChat fills in by itself → Open WebUI's counterpart. A LibreChat date has the weekday
behind it in parentheses."""

OPEN_WEBUI_NAMES = frozenset(
    {
        "CLIPBOARD",
        "CURRENT_DATE",
        "CURRENT_DATETIME",
        "CURRENT_TIME",
        "CURRENT_TIMEZONE",
        "CURRENT_WEEKDAY",
        "USER_AGE",
        "USER_BIO",
        "USER_BIRTH_DATE",
        "USER_EMAIL",
        "USER_GENDER",
        "USER_GROUPS",
        "USER_LANGUAGE",
        "USER_LOCATION",
        "USER_NAME",
    }
)
"""What Open WebUI fills in by itself (0.12, ``MessageInput.svelte``, ``utils/task.py``)."""

_JAVASCRIPT_NAMES = frozenset({"__proto__", "hasOwnProperty"})
"""Names that break the plain object in which the front end collects variables."""

# What a dot matches in JavaScript: LibreChat's variables end with their line.
_VARIABLE = re.compile(r"\{\{([^{}\r\n\u2028\u2029]+)\}\}")
_TEMPLATE_SYNTAX = re.compile(r"[#/^!>&%*\"']")
_ILLEGAL = re.compile(r"[\s|]+")


@dataclass(frozen=True, slots=True)
class _Variable:
    """One variable as LibreChat reads it. Equal ones ask the same question."""

    name: str
    options: tuple[str, ...] = ()
    hint: str | None = None
    multiline: bool = False

    @property
    def legal_name(self) -> str:
        """The nearest name that Open WebUI accepts, not yet made unique."""
        if not _ILLEGAL.search(self.name):
            return self.name
        return _ILLEGAL.sub("_", self.name).strip("_") or "value"


def convert_special_variables(text: str) -> str:
    """Rewrite LibreChat's special variables, for instructions and system prompts.

    Nobody is asked for values there, so all other braces stay as they are; but a name that only
    Open WebUI would fill in gets spaces around it, which keeps it literal.
    """

    def replace(match: re.Match[str]) -> str:
        name = match[1].strip()
        special = SPECIAL.get(name.lower())
        if special is not None:
            return special
        return f"{{{{ {name} }}}}" if name in OPEN_WEBUI_NAMES else match[0]

    return _VARIABLE.sub(replace, text)


def convert_variables(text: str) -> str:
    """Rewrite a prompt's variables. What is no variable stays exactly as it is.

    The same variable keeps one name and is asked for once; two that would share a name, such as
    drop-down lists with other options, are told apart by a number.
    """
    variables = [_parse(match[1]) for match in _VARIABLE.finditer(text)]
    names = _names([variable for variable in variables if variable is not None])

    def replace(match: re.Match[str]) -> str:
        special = SPECIAL.get(match[1].strip().lower())
        if special is not None:
            return special
        variable = _parse(match[1])
        return match[0] if variable is None else _render(variable, names[variable], match[0])

    return _VARIABLE.sub(replace, text)


def _parse(inner: str) -> _Variable | None:
    """None for special variables, template syntax (``{{#if x}}``), JSON, and nothing at all."""
    content = inner.strip()
    if not content or _TEMPLATE_SYNTAX.match(content) or content.lower() in SPECIAL:
        return None
    name, colon, definition = (part.strip() for part in content.partition(":"))
    if not name:
        return None
    if not colon or not definition:
        return _Variable(name)
    if "|" in definition:
        options = list(
            dict.fromkeys(option.strip() for option in definition.split("|") if option.strip())
        )
        return _Variable(name, options=tuple(options))
    if definition.lower() == "multiline":
        return _Variable(name, multiline=True)
    return _Variable(name, hint=definition)


def _names(variables: list[_Variable]) -> dict[_Variable, str]:
    """A name for each distinct variable.

    A plain ``{{tone}}`` beside a drop-down list of that name is the same question. Names that are
    legal already are given out first, so that no other variable takes them.
    """
    distinct = list(dict.fromkeys(variables))
    detailed = [item for item in distinct if item != _Variable(item.name)]
    defined: dict[str, _Variable] = {}
    for item in detailed:
        defined.setdefault(item.name, item)
    names: dict[_Variable, str] = {}
    free = _FreeNames()
    leaders = [item for item in distinct if defined.get(item.name, item) == item]
    for item in sorted(leaders, key=lambda item: item.legal_name != item.name):
        names[item] = free.take(item.legal_name)
    for item in distinct:
        if item not in names:
            is_plain = item == _Variable(item.name)
            names[item] = names[defined[item.name]] if is_plain else free.take(item.legal_name)
    return names


class _FreeNames:
    """Gives out names, each one once, and tries no number twice for the same wish."""

    def __init__(self) -> None:
        self._taken = set(OPEN_WEBUI_NAMES | _JAVASCRIPT_NAMES)
        self._next: dict[str, int] = {}

    def take(self, wish: str) -> str:
        # Open WebUI tells letter case apart: the lower case of one of its own names is free.
        name = wish.lower() if wish in OPEN_WEBUI_NAMES else wish
        number = self._next.get(wish, 2)
        while name in self._taken:
            name = f"{wish}_{number}"
            number += 1
        self._next[wish] = number
        self._taken.add(name)
        return name


def _render(variable: _Variable, name: str, original: str) -> str:
    if variable.options:
        options = json.dumps(list(variable.options), ensure_ascii=False, separators=(",", ":"))
        return f"{{{{{name} | select:options={options}}}}}"
    if variable.multiline:
        return f"{{{{{name} | textarea}}}}"
    hint = variable.hint
    if hint is None and name != variable.name:
        hint = variable.name
    if hint is not None:
        return f'{{{{{name} | text:placeholder="{_plain(hint)}"}}}}'
    return original


def _plain(hint: str) -> str:
    """Quoted properties have no escapes: the front end only takes the quotes away."""
    return hint.replace("\\", "/").replace('"', "'")
