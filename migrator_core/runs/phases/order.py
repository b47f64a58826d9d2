"""The order of the phases: whatever a row refers to is there before it."""

from __future__ import annotations

import asyncio

from migrator_core.convert.chats.folders import FolderNames
from migrator_core.convert.library.commands import FreeCommands
from migrator_core.openwebui import OpenWebUI
from migrator_core.runs.context import Context
from migrator_core.runs.driver import Driver
from migrator_core.runs.phases.agents import AgentsPhase
from migrator_core.runs.phases.conversations import ChatsPhase
from migrator_core.runs.phases.files import FilesPhase
from migrator_core.runs.phases.folders import FoldersPhase
from migrator_core.runs.phases.groups import GroupsPhase
from migrator_core.runs.phases.other_collections import RestPhase
from migrator_core.runs.phases.permissions import SharingPhase, UnusedSharesPhase, instance_projects
from migrator_core.runs.phases.prompts import PromptsPhase
from migrator_core.runs.phases.shared_links import LinksPhase, Sharer, UnusedLinksPhase
from migrator_core.runs.phases.tags import TagsPhase
from migrator_core.runs.phases.users import MergedUsersPhase, UsersPhase, plan, read_identities

HANDLED = frozenset(
    {
        "aclentries",
        "agents",
        "chatprojects",
        "conversations",
        "conversationtags",
        "files",
        "groups",
        "messages",
        "promptgroups",
        "prompts",
        "sharedlinks",
        "users",
    }
)
"""The collections that have a phase of their own; all others are counted and left behind."""

PHASES = (
    "users",
    "merged users",
    "groups",
    "tags",
    "folders",
    "files",
    "permissions",
    "shared links",
    "index of messages",
    "conversations",
    "unused shared links",
    "prompts",
    "agents",
    "unused permissions",
    "other collections",
)
"""What a run goes through, in this order, as :class:`Progress` names it."""


async def run_phases(context: Context, driver: Driver, target: OpenWebUI) -> None:
    """Walk the whole backup."""
    await _accounts(context, driver, target)
    await driver.drive(GroupsPhase(context))
    await driver.drive(TagsPhase(context))
    await driver.drive(FoldersPhase(context, FolderNames(await target.folders())))
    await driver.drive(FilesPhase(context))
    await driver.drive(SharingPhase(context))
    await driver.drive(LinksPhase(context))
    await _chats(context, driver, target)
    await driver.drive(UnusedLinksPhase(context))
    await _library(context, driver, target)
    await driver.drive(RestPhase(context, HANDLED))
    for notice in context.backup.notices:
        driver.warn(notice)
    await driver.close()


async def _accounts(context: Context, driver: Driver, target: OpenWebUI) -> None:
    identities = await asyncio.to_thread(read_identities, context)
    emails = {identity.email.strip().lower() for identity in identities if identity.email}
    existing = await target.accounts(sorted(emails))
    decided = plan(identities, existing)
    await driver.drive(UsersPhase(context, decided, existing))
    await driver.drive(MergedUsersPhase(context, decided))
    arrived = set(context.accounts.values())
    context.principals = {
        principal: account
        for principal, account in decided.principals.items()
        if account in arrived
    }


async def _chats(context: Context, driver: Driver, target: OpenWebUI) -> None:
    progress = driver.journal.progress
    progress.start("index of messages")

    def read(count: int) -> None:
        progress.advance(count)
        context.pause()

    index = await asyncio.to_thread(context.backup.message_index, read)
    conversations = await asyncio.to_thread(_count, context, "conversations")
    sharer = Sharer(context, await target.shared_chats())
    await driver.drive(ChatsPhase(context, index, sharer, index.total + conversations))


def _count(context: Context, collection: str) -> int:
    """How many documents there are, so that the longest phase can say how long it takes."""
    if not context.has(collection):
        return 0
    count = 0
    for _ in context.backup.documents(collection):
        context.pause()
        count += 1
    return count


async def _library(context: Context, driver: Driver, target: OpenWebUI) -> None:
    projects = await asyncio.to_thread(instance_projects, context)
    commands = FreeCommands(await target.prompt_commands())
    await driver.drive(PromptsPhase(context, commands, projects))
    agents = AgentsPhase(context, projects)
    await driver.drive(agents)
    advice = agents.advice()
    if advice is not None:
        driver.warn(advice)
    await driver.drive(UnusedSharesPhase(context))
