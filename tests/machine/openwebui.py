"""People in Open WebUI: what they do there, by way of its own classes.

Imports Open WebUI: only for a process that has the environment of one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from open_webui.models import groups
from open_webui.models.access_grants import AccessGrants
from open_webui.models.auths import Auths
from open_webui.models.chats import ChatModel, Chats
from open_webui.models.groups import Groups
from open_webui.models.models import ModelForm, Models
from open_webui.models.prompts import PromptForm, Prompts
from open_webui.models.shared_chats import SharedChats
from open_webui.models.users import Users

from tests.machine.librechat import TAGS, password


async def _nobody_is_connected(_user_ids: object) -> None:
    """Instead of ending the sockets of people who are looking at a page."""


groups.refresh_group_sessions = _nobody_is_connected


class OpenWebUIPeople:
    """Deeds take numbers that choose among what there is.

    ``given`` are the accesses and memberships that somebody gave here: (type, id, whom).
    """

    def __init__(self) -> None:
        """Nobody has done anything yet."""
        self._count = 0
        self.given: set[tuple[str, str, str]] = set()

    async def do(self, deed: str, first: int, second: int) -> None:
        """One of :data:`DEEDS`; nothing happens where there is nothing to choose from."""
        await DEEDS[deed](self, first, second)

    async def go_on(self, first: int, second: int) -> None:
        """Ask below some answer, and get an answer."""
        if not (chat := await self._chat(first)):
            return
        answers = [m for m in _messages(chat) if m["role"] == "assistant"]
        if answers:
            question = await self._say(chat, answers[-1 - second % len(answers)]["id"], "user")
            await self._say(chat, question, "assistant")

    async def edit(self, first: int, second: int) -> None:
        await self._change(first, second, {"content": f"Edited here {self._next()}"})

    async def rate(self, first: int, second: int) -> None:
        await self._change(first, second, {"annotation": {"rating": -1}}, role="assistant")

    async def delete_message(self, first: int, second: int) -> None:
        if found := await self._message(first, second):
            chat, message = found
            await Chats.delete_message_from_chat_by_id_and_message_id(chat.id, message["id"])

    async def show_branch(self, first: int, second: int) -> None:
        if found := await self._message(first, second):
            chat, message = found
            messages = chat.chat["history"]["messages"]
            while message["childrenIds"]:
                message = messages[message["childrenIds"][-1]]
            history = {**chat.chat["history"], "currentId": message["id"]}
            await Chats.update_chat_by_id(chat.id, {"history": history})

    async def rename(self, first: int, _second: int) -> None:
        if chat := await self._chat(first):
            await Chats.update_chat_title_by_id(chat.id, f"Renamed here {self._next()}")

    async def archive(self, first: int, _second: int) -> None:
        if chat := await self._chat(first):
            await Chats.toggle_chat_archive_by_id(chat.id)

    async def tag(self, first: int, second: int) -> None:
        if chat := await self._chat(first):
            name = (*TAGS, "mine")[second % 3]
            change = Chats.add_chat_tag_by_id_and_user_id_and_tag_name
            if name in chat.meta.get("tags", []):
                change = Chats.delete_tag_by_id_and_user_id_and_tag_name
            await change(chat.id, chat.user_id, name)

    async def delete_chat(self, first: int, _second: int) -> None:
        if chat := await self._chat(first):
            await Chats.delete_chat_by_id_and_user_id(chat.id, chat.user_id)

    async def unshare(self, first: int, _second: int) -> None:
        """As ``routers/chats.py: delete_shared_chat_by_id`` does it."""
        shared = [chat for chat in await self._chats() if chat.share_id]
        if shared:
            chat = shared[first % len(shared)]
            await SharedChats.delete_by_chat_id(chat.id)
            await Chats.update_chat_share_id_by_id(chat.id, None)
            await AccessGrants.set_access_grants("shared_chat", chat.id, [])
            self.given = {one for one in self.given if one[:2] != ("shared_chat", chat.id)}

    async def rename_account(self, first: int, _second: int) -> None:
        user = await self._user(first)
        await Users.update_user_by_id(user.id, {"name": f"Here {self._next()}"})

    async def change_password(self, first: int, _second: int) -> None:
        user = await self._user(first)
        new = password(500 + self._next()).replace("$2a$", "$2b$")  # as Open WebUI writes it
        await Auths.update_user_password_by_id(user.id, new)

    async def join_or_leave(self, first: int, second: int) -> None:
        found = sorted(await Groups.get_all_groups(), key=lambda group: group.id)
        if not found:
            return
        group, user = found[first % len(found)], await self._user(second)
        if user.id in await Groups.get_group_user_ids_by_id(group.id):
            await Groups.remove_users_from_group(group.id, [user.id])
            self.given.discard(("group", group.id, user.id))
        else:
            await Groups.add_users_to_group(group.id, [user.id])
            self.given.add(("group", group.id, user.id))

    async def edit_agent(self, first: int, second: int) -> None:
        if model := await self._model(first):
            form = model.model_dump(exclude={"access_grants"})
            text = f"Written here {self._next()}"
            if second % 2:
                form["name"] = text
            else:
                form["params"] = {**form["params"], "system": text}
            await Models.update_model_by_id(model.id, ModelForm(**form), user_id=model.user_id)

    async def edit_prompt(self, first: int, second: int) -> None:
        if prompt := await self._prompt(first):
            text = f"Written here {self._next()}"
            name, content = (text, prompt.content) if second % 2 else (prompt.name, text)
            form = PromptForm(command=prompt.command, name=name, content=content)
            await Prompts.update_prompt_by_id(prompt.id, form, prompt.user_id)

    async def delete_agent(self, first: int, _second: int) -> None:
        if model := await self._model(first):
            await Models.delete_model_by_id(model.id)

    async def delete_prompt(self, first: int, _second: int) -> None:
        if prompt := await self._prompt(first):
            await Prompts.delete_prompt_by_id(prompt.id)

    async def give(self, first: int, second: int) -> None:
        """Let somebody use an agent or a prompt, or no longer."""
        found = await (self._model, self._prompt)[first % 2](first // 2)
        if not found:
            return
        kind, user = ("model", "prompt")[first % 2], await self._user(second)
        there = await AccessGrants.get_grants_by_resource(kind, found.id)
        grants = [one.model_dump() for one in there]
        theirs = [one for one in grants if one["principal_id"] == user.id]
        if theirs:
            self.given.discard((kind, found.id, user.id))
            grants = [one for one in grants if one not in theirs]
        else:
            self.given.add((kind, found.id, user.id))
            whom = {"principal_type": "user", "principal_id": user.id, "permission": "read"}
            grants.append(whom)
        await AccessGrants.set_access_grants(kind, found.id, grants)

    async def _chats(self) -> list[ChatModel]:
        return sorted(await Chats.get_chats(limit=1000), key=lambda chat: str(chat.id))

    async def _chat(self, number: int) -> ChatModel | None:
        found = await self._chats()
        return found[number % len(found)] if found else None

    async def _message(
        self, first: int, second: int, role: str | None = None
    ) -> tuple[ChatModel, dict[str, Any]] | None:
        chat = await self._chat(first)
        found = [m for m in _messages(chat) if role in {None, m["role"]}] if chat else []
        return (chat, found[second % len(found)]) if chat and found else None

    async def _change(
        self, first: int, second: int, values: dict[str, Any], role: str | None = None
    ) -> None:
        if found := await self._message(first, second, role):
            chat, message = found
            await Chats.upsert_message_to_chat_by_id_and_message_id(chat.id, message["id"], values)

    async def _say(self, chat: ChatModel, parent: str, role: str) -> str:
        own_id = f"own-{self._next()}"
        message = {
            "id": own_id, "parentId": parent, "childrenIds": [], "role": role,
            "content": f"Said here {self._count}", "done": True,
        }  # fmt: skip
        await Chats.upsert_message_to_chat_by_id_and_message_id(chat.id, own_id, message)
        return own_id

    async def _user(self, number: int) -> Any:
        found = [u for u in (await Users.get_users())["users"] if u.role != "admin"]
        found = found or (await Users.get_users())["users"]
        found.sort(key=lambda user: user.email)
        return found[number % len(found)]

    async def _model(self, number: int) -> Any:
        found = [m for m in await Models.get_all_models() if m.base_model_id]
        found.sort(key=lambda model: model.id)
        return found[number % len(found)] if found else None

    async def _prompt(self, number: int) -> Any:
        found = sorted(await Prompts.get_prompts(), key=lambda prompt: prompt.id)
        return found[number % len(found)] if found else None

    def _next(self) -> int:
        self._count += 1
        return self._count


Deed = Callable[[OpenWebUIPeople, int, int], Awaitable[None]]
DEEDS: dict[str, Deed] = {
    deed.__name__: deed
    for deed in (
        OpenWebUIPeople.go_on, OpenWebUIPeople.edit, OpenWebUIPeople.rate,
        OpenWebUIPeople.delete_message, OpenWebUIPeople.show_branch, OpenWebUIPeople.rename,
        OpenWebUIPeople.archive, OpenWebUIPeople.tag, OpenWebUIPeople.delete_chat,
        OpenWebUIPeople.unshare, OpenWebUIPeople.rename_account, OpenWebUIPeople.change_password,
        OpenWebUIPeople.join_or_leave, OpenWebUIPeople.edit_agent, OpenWebUIPeople.edit_prompt,
        OpenWebUIPeople.delete_agent, OpenWebUIPeople.delete_prompt, OpenWebUIPeople.give,
    )
}  # fmt: skip
"""Everything that people do in Open WebUI."""


def _messages(chat: ChatModel) -> list[dict[str, Any]]:
    return list(chat.chat["history"]["messages"].values())
