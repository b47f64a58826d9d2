"""Which message stands where in a chat: questions before first answers, columns beside columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid5

from migrator_core.convert.chats.columns import column_ids, split_columns
from migrator_core.convert.chats.message_ids import NamedMessage
from migrator_core.convert.chats.said import Said, read_message
from migrator_core.convert.chats.side_by_side import Answer, Arrangement, arrange
from migrator_core.convert.chats.tree import RepairedTree
from migrator_core.convert.ids import NAMESPACE
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.record import record


@record
class Place:
    """Where a message stands in its chat; ``timestamp`` is in seconds, ``model`` Open WebUI's id.

    At a question, ``model`` is the one that answers it; ``models`` are those that answer it side
    by side, and ``column`` is the place of an answer among them.
    """

    id: str
    parent: str | None
    children: tuple[str, ...]
    timestamp: int
    model: str
    models: tuple[str, ...] = ()
    column: int = 0


@record
class Shown:
    """A message as the chat shows it: LibreChat's own, or one column of it."""

    id: str
    said: Said
    model: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands, by id in the chat.

    ``questions`` are the ids of the made-up questions by the id of the answer that needs one;
    ``columns`` are what each message of the source becomes, itself last: Open WebUI opens the last
    of several siblings, and LibreChat continues a conversation under the message itself.
    """

    questions: Mapping[str, str]
    columns: Mapping[str, tuple[Shown, ...]]
    models: Mapping[str, str]
    arrangements: Mapping[str, Arrangement]
    places: Mapping[str, int]

    def place(self, own_id: str, parent: str | None, below: Sequence[str], timestamp: int) -> Place:
        """The place of one message; ``below`` are its children in the source."""
        arrangement = self.arrangements.get(own_id)
        return Place(
            id=own_id,
            parent=parent,
            children=tuple([shown.id for child in below for shown in self.columns[child]]),
            timestamp=timestamp,
            model=arrangement.models[0] if arrangement else self.models[own_id],
            models=arrangement.models if arrangement else (),
            column=self.places.get(own_id, 0),
        )


def chat_model(conversation: Conversation, models: ModelMapper) -> str:
    """The model that a conversation was last set to."""
    return models.own_assistant(conversation.user, conversation.assistant_id) or models.chat_model(
        conversation.endpoint, conversation.model, conversation.agent_id
    )


def lay_out(
    conversation: Conversation,
    by_id: Mapping[str, NamedMessage],
    tree: RepairedTree,
    models: ModelMapper,
    names: Mapping[str, str],
) -> Layout:
    """Decide for all messages of a conversation; ``names`` are those of saved agents."""
    default = chat_model(conversation, models)
    taken = set(by_id)
    read = {node_id: read_message(entry.message) for node_id, entry in by_id.items()}
    columns = {
        node_id: _columns(node_id, said, conversation, models, default, taken, names)
        for node_id, said in read.items()
    }
    answers = {
        node_id: Answer(tuple((shown.id, shown.model) for shown in reversed(columns[node_id])))
        for node_id, said in read.items()
        if said.role == "assistant"
    }
    questions = {root: _question_id(root, taken) for root in tree.roots if root in answers}
    arrangements = {questions[root]: arrange([answers[root]], default) for root in questions} | {
        node_id: arrange(
            [answers[child] for child in tree.children[node_id] if child in answers], default
        )
        for node_id in by_id
        if node_id not in answers
    }
    return Layout(
        questions=questions,
        columns=columns,
        models={shown.id: shown.model for group in columns.values() for shown in group},
        arrangements=arrangements,
        places={
            message_id: place
            for arrangement in arrangements.values()
            for message_id, place in arrangement.places.items()
        },
    )


def _columns(
    node_id: str,
    said: Said,
    conversation: Conversation,
    models: ModelMapper,
    default: str,
    taken: set[str],
    names: Mapping[str, str],
) -> tuple[Shown, ...]:
    if said.role == "user":
        return (Shown(node_id, said, default),)
    message = said.message
    endpoint = message.endpoint or conversation.endpoint
    own = message.model if message.model and message.model.strip() else None
    model = models.own_assistant(conversation.user, own)
    model = model or (models.chat_model(endpoint, own, None) if own else default)
    first, *others = split_columns(said, names)
    ids = column_ids(node_id, 1 + len(others), taken)
    taken.update(ids)
    beside = [
        Shown(own_id, column.said, models.chat_model(endpoint, column.agent_id, column.agent_id))
        for own_id, column in zip(ids, others, strict=True)
    ]
    return (*reversed(beside), Shown(node_id, first.said, model))


def _question_id(answer: str, taken: Collection[str]) -> str:
    # Message ids count within their chat only, so the answer's id is seed enough.
    result = str(uuid5(NAMESPACE, f"question:{answer}"))
    return _question_id(result, taken) if result in taken else result
