"""Commands of prompts: unique over a whole Open WebUI, while LibreChat's were unique to nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping


class FreeCommands:
    """Gives out commands, each one once.

    Args:
        taken: the commands that Open WebUI has, and the id of the prompt that has each. A prompt of
            an earlier run keeps its own, so that a second run gives the same answers.
    """

    def __init__(self, taken: Mapping[str, str]) -> None:
        self._taken = {command.lower() for command in taken}
        self._next: dict[str, int] = {}  # by wish: no number is tried twice
        self._owned = {prompt_id: command for command, prompt_id in taken.items()}

    def taker(self, prompt_id: str) -> Callable[[str], str]:
        """A function from the command that a prompt wishes for to the one it gets."""

        def take(wish: str) -> str:
            owned = self._owned.get(prompt_id)
            if owned is not None:
                return owned
            command, number = wish, self._next.get(wish.lower(), 2)
            while command.lower() in self._taken:
                command = f"{wish}-{number}"
                number += 1
            self._next[wish.lower()] = number
            self._taken.add(command.lower())
            return command

        return take
