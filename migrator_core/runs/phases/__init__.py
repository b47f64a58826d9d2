"""The phases of a run, in their order: whatever a row refers to is there before it.

This list is the only one. What a run goes through, what progress calls it, which collections are
carried over and which are "not supported" follow from it. A new phase is a module and a line here.
"""

from __future__ import annotations

from migrator_core.runs.phase import Phase
from migrator_core.runs.phases.agents import AgentsPhase
from migrator_core.runs.phases.assistants import AssistantsPhase
from migrator_core.runs.phases.conversations import ConversationsPhase
from migrator_core.runs.phases.files import FilesPhase
from migrator_core.runs.phases.folders import FoldersPhase
from migrator_core.runs.phases.gone import GonePhase
from migrator_core.runs.phases.groups import GroupsPhase
from migrator_core.runs.phases.memories import MemoriesPhase
from migrator_core.runs.phases.merged_users import MergedUsersPhase
from migrator_core.runs.phases.message_index import IndexPhase
from migrator_core.runs.phases.model_ids import ModelIdsPhase
from migrator_core.runs.phases.models_in_use import ModelsInUsePhase
from migrator_core.runs.phases.other_collections import OtherCollectionsPhase
from migrator_core.runs.phases.permissions import PermissionsPhase, UnusedPermissionsPhase
from migrator_core.runs.phases.presets import PresetsPhase
from migrator_core.runs.phases.prompts import PromptsPhase
from migrator_core.runs.phases.shared_links import LinksPhase, UnusedLinksPhase
from migrator_core.runs.phases.shared_models import SharedModelsPhase
from migrator_core.runs.phases.skills import SkillsPhase
from migrator_core.runs.phases.tags import TagsPhase
from migrator_core.runs.phases.taken_ids import TakenIdsPhase
from migrator_core.runs.phases.users import UsersPhase

PHASES: tuple[type[Phase], ...] = (
    UsersPhase,
    MergedUsersPhase,
    TakenIdsPhase,
    GroupsPhase,
    TagsPhase,
    FoldersPhase,
    FilesPhase,
    ModelIdsPhase,
    PermissionsPhase,
    LinksPhase,
    IndexPhase,
    ConversationsPhase,
    UnusedLinksPhase,
    PromptsPhase,
    AgentsPhase,
    AssistantsPhase,
    SkillsPhase,
    PresetsPhase,
    MemoriesPhase,
    SharedModelsPhase,
    ModelsInUsePhase,
    UnusedPermissionsPhase,
    OtherCollectionsPhase,
    GonePhase,
)
