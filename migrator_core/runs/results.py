"""What phases leave for later ones. Whoever gets one of these reads it, and changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from migrator_core.convert.files.file_link import FileLink
from migrator_core.convert.free_ids import FreeIds
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.convert.people.accounts import AccountPlan
from migrator_core.convert.people.grants import Principal
from migrator_core.librechat import MessageIndex
from migrator_core.librechat.documents.acl_entry import AclEntry
from migrator_core.librechat.documents.project import Project
from migrator_core.librechat.documents.shared_link import SharedLink
from migrator_core.runs.scratch import Notes, Scratch


@dataclass(frozen=True, slots=True)
class Answered:
    """The collections that the phases of the walk answer for. The walk itself leaves it."""

    collections: frozenset[str]


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """The plan for all users, and the accounts of those who share theirs with nobody before them.

    ``accounts`` maps a user's id to the account that receives their content; ``left_out`` are the
    ids of people who were not chosen.
    """

    plan: AccountPlan
    accounts: Mapping[str, str]
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Accounts:
    """Whose content goes to which account.

    ``by_user`` maps the ids of LibreChat's users to accounts; ``by_principal`` has also the ids by
    which groups of an identity provider know them. People who were not selected are among them
    where they are there; ``left_out`` are those whose content is to stay away all the same, and
    those who would have an account if they had been selected.
    """

    by_user: Mapping[str, str]
    by_principal: Mapping[str, str]
    left_out: frozenset[str] = frozenset()

    def of(self, user: str | None) -> str | None:
        """The account that receives a user's content, None where there is none."""
        return self.by_user.get(user or "")

    def leaves_out(self, user: str | None) -> bool:
        """Whether a user's content was not selected."""
        return (user or "") in self.left_out

    def chosen(self) -> frozenset[str]:
        """The accounts that content goes to in this run."""
        return frozenset(
            account for user, account in self.by_user.items() if user not in self.left_out
        )


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids that are free for our rows, and the groups that are there: names by id."""

    free: FreeIds
    group_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups that are there: by LibreChat's id, and by the role whose people they hold.

    ``everyone`` are those for whom something was public: all people of Open WebUI, or the group of
    the chosen tenant's people; None where that could not be made.
    """

    by_id: Mapping[str, str]
    by_role: Mapping[str, str]
    everyone: Principal | None


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders that are there: account and folder by the id of the chat project."""

    by_project: Mapping[str, tuple[str, str]]

    def of(self, project_id: str | None, account: str) -> str | None:
        """The folder for a chat of this account; Open WebUI hides chats in others' folders."""
        owner, folder = self.by_project.get(project_id or "", ("", ""))
        return folder if folder and owner == account else None


@dataclass(frozen=True, slots=True)
class Models:
    """Which model stands for which of LibreChat's, with the ids that the agents really get."""

    mapper: ModelMapper


@dataclass(frozen=True, slots=True)
class SharedModels:
    """The connected models that this run shares with the people who used them."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Files:
    """Where the files of the backup went, noted on disk; ``ids`` are free for further ones."""

    scratch: Scratch
    ids: FreeIds

    def links(self, user: str, file_ids: Iterable[str]) -> dict[str, FileLink]:
        """Those of ``file_ids`` that are files of this user and were migrated."""
        return self.scratch.links(user, file_ids)

    def links_by_path(self, user: str, paths: Iterable[str]) -> dict[str, FileLink | None]:
        """Those of ``paths`` that are files of this user; None for one that was not migrated."""
        return self.scratch.links_by_path(user, paths)


@dataclass(frozen=True, slots=True)
class Permissions:
    """The permissions of the backup, noted under what they give access to.

    ``projects`` are how things were shared before LibreChat 0.8. ``incomplete`` says that a thing
    without permissions may have lost them: then there are none of those. ``decided`` are the kinds
    of things that have any permissions.
    """

    notes: Notes[AclEntry]
    projects: Sequence[Project]
    incomplete: bool
    decided: Collection[str]


@dataclass(frozen=True, slots=True)
class SharedLinks:
    """The shared links of the backup, noted under the user and the id of their conversation."""

    notes: Notes[SharedLink]


@dataclass(frozen=True, slots=True)
class Messages:
    """Where every message lies, and how many conversations there are."""

    index: MessageIndex
    conversations: int


@dataclass(frozen=True, slots=True)
class Conversations:
    """Which conversations the backup has, noted on disk."""

    scratch: Scratch

    def has(self, user: str, conversation_id: str) -> bool:
        """Whether a user has a conversation of this id, migrated or not. Asked once for each."""
        return not self.scratch.first_time("conversation", user, conversation_id)
