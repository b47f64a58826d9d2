"""What reasons and warnings mean, in words for people: one sentence or two for each code."""

from __future__ import annotations

from migrator_core.outcome import Reason, WarningCode

EXPLANATIONS: dict[Reason | WarningCode, str] = {
    Reason.NO_EMAIL: "The account has no e-mail address, which Open WebUI needs to sign in.",
    Reason.NO_PASSWORD: (
        "The account signed in through OAuth, LDAP or SAML only and has no password to carry over."
    ),
    Reason.UNVERIFIED: (
        "A sign-up that nobody confirmed and LibreChat would have deleted; nobody could sign in."
    ),
    Reason.ACCOUNT_NOT_LINKED: (
        "Open WebUI has an account with this e-mail address, and accounts that are there were to "
        "receive nothing."
    ),
    Reason.ACCOUNT_PENDING: (
        "Open WebUI has an account with this e-mail address that nobody has let in yet. Let it in "
        "and run again."
    ),
    Reason.ADDRESS_UNPROVEN: (
        "Open WebUI has an administrator's account with this e-mail address, and LibreChat never "
        "verified that the address is this user's. Verify it there and make a new backup."
    ),
    Reason.OTHER_TENANT: "It belongs to another tenant than the one that was chosen, or to none.",
    Reason.OWNER_UNKNOWN: (
        "A message that names no user, in a conversation whose id several people have. It does not "
        "follow a message of one of them, so that it cannot be known whose it is."
    ),
    Reason.OWNER_NOT_MIGRATED: (
        "Its owner was not migrated or does not exist in the backup any more."
    ),
    Reason.REMOTE_STORAGE: "The bytes are not in the backup: they live in the storage named here.",
    Reason.REMOTE_MISSING: "The file is not in the storage that LibreChat kept it in.",
    Reason.REMOTE_TOO_LARGE: "The file in LibreChat's storage is larger than the setting allows.",
    Reason.MISSING_IN_BACKUP: "The backup has the record of this file, but not its bytes.",
    Reason.UNSAFE_PATH: "The recorded path leads outside the backup; it was not followed.",
    Reason.EMPTY_FILE: "The file has no content; Open WebUI stores no empty files.",
    Reason.NOT_PRODUCTION: (
        "Another version of a prompt that was shared before LibreChat had permissions: people saw "
        "its production version only, and Open WebUI would show them all."
    ),
    Reason.NO_TEXT: "It has no text: a prompt without a version that has one, an empty memory.",
    Reason.GROUP_MISSING: (
        "The prompt version belongs to a prompt group that does not exist, or the file to no skill."
    ),
    Reason.TEMPORARY: "A temporary conversation, which LibreChat deletes by itself.",
    Reason.NO_MESSAGES: "The conversation has no messages.",
    Reason.DUPLICATE: "The backup holds the same document more than once; the first one counts.",
    Reason.EXPIRED: "It had expired in LibreChat already.",
    Reason.EXPIRES: (
        "It was to end on a date to come. In Open WebUI it would have no end, so it was left out."
    ),
    Reason.NOT_YOURS: (
        "The recorded path leads to files that are not the user's; it was not followed."
    ),
    Reason.PRINCIPAL_MISSING: (
        "It was granted to somebody, a group or a role that has no counterpart in Open WebUI."
    ),
    Reason.RESOURCE_NOT_MIGRATED: "What it gives access to was not migrated.",
    Reason.CONVERSATION_MISSING: "It belongs to a conversation that does not exist.",
    Reason.LINK_OFF: "The shared link was open to nobody in LibreChat.",
    Reason.ONE_LINK_PER_CHAT: (
        "Open WebUI keeps one shared link a chat; a newer one of the same conversation was kept."
    ),
    Reason.REMOVED_IN_OPEN_WEBUI: (
        "An earlier run migrated it, and somebody removed it in Open WebUI since."
    ),
    Reason.CHANGED_IN_OPEN_WEBUI: (
        "An earlier run migrated it, and what is there differs from what the backup says: somebody "
        "changed it in Open WebUI since. It was left as it is there."
    ),
    Reason.SECRET: "Sessions, keys, tokens and the like are never migrated.",
    Reason.NOT_SUPPORTED: "This kind of data is not carried over.",
    Reason.NEEDS_NEWER: "This Open WebUI has no place for it; the version named here has.",
    Reason.NOT_PRIVATE: (
        "It was private in LibreChat, and everybody would see it: BYPASS_MODEL_ACCESS_CONTROL is on"
        " in Open WebUI."
    ),
    Reason.NOT_SELECTED: "This run was to leave it out; one without the selection looks at it.",
    Reason.UNREADABLE_DOCUMENT: "The document is damaged in the backup and cannot be decoded.",
    Reason.FILE_DAMAGED: (
        "The collection's file is damaged, incomplete or missing. How many documents it lost "
        "cannot be known; they count as one."
    ),
    Reason.INVALID_DOCUMENT: "The document lacks what every such document must have.",
    Reason.PARENT_FAILED: "What it belongs to failed; see there for the reason.",
    Reason.REMOTE_DENIED: "LibreChat's storage does not let the file be read; the others came.",
    Reason.REMOTE_FAILED: "Fetching the file from LibreChat's storage failed; run again.",
    Reason.STORAGE_ERROR: "Open WebUI's storage provider did not take the file.",
    Reason.REJECTED_BY_DATABASE: "The database did not accept the row.",
    Reason.INTERNAL_ERROR: "The tool itself failed on this document; please report it.",
    Reason.DIFFERS: (
        "What Open WebUI holds is not what was migrated; the verification says what differs."
    ),
    WarningCode.PASSWORD_UNUSABLE: (
        "The stored password hash is none that Open WebUI can check; an admin must set a new one."
    ),
    WarningCode.PASSWORD_REPLACED: (
        "The existing account was given its LibreChat password, as asked for."
    ),
    WarningCode.PASSWORD_SLOW: (
        "The password's hash has a cost that keeps the server busy for seconds at each sign-in."
    ),
    WarningCode.PASSWORD_KEPT: (
        "The existing account kept its password, because it is an administrator's, LibreChat never "
        "verified the e-mail address of the user with the other one, or Open WebUI could not check "
        "that one."
    ),
    WarningCode.ACCOUNT_EXISTING: (
        "An account that was there before receives what a user of LibreChat with its e-mail "
        "address has. Make sure that it is theirs: where sign-up is open, anybody may have taken "
        "the address."
    ),
    WarningCode.ACCOUNT_BANNED: (
        "LibreChat had banned the user; the account waits for an administrator's approval."
    ),
    WarningCode.ACCOUNT_EXTERNAL: (
        "The accounts of people who sign in elsewhere have no password; the variables named here "
        "lead them there."
    ),
    WarningCode.ADDRESS_LOOKS_ALIKE: (
        "Different e-mail addresses look alike; they are different accounts."
    ),
    WarningCode.TWO_FACTOR_DROPPED: (
        "Two-factor sign-in cannot be carried over; the account signs in with its password alone."
    ),
    WarningCode.ADMIN_DEMOTED: "An administrator of LibreChat became an ordinary user.",
    WarningCode.ACCOUNT_MERGED: (
        "Several accounts share an e-mail address and became one account."
    ),
    WarningCode.AVATAR_LOST: (
        "The picture is not in the backup or is not an image; it was left out."
    ),
    WarningCode.SIZE_MISMATCH: (
        "The record names another size than the file has; the file counts."
    ),
    WarningCode.FILE_TEXT_ONLY: (
        "LibreChat kept the text of a file, not the file; a text file stands for it."
    ),
    WarningCode.TEXT_NOT_READ: (
        "A document arrived, but its text could not be read; the detail says why."
    ),
    WarningCode.VECTORS_LEFT: (
        "Documents were taken out of what an agent knows, but can still be searched there; the "
        "detail says what removes them."
    ),
    WarningCode.VECTORS_NOT_MADE: (
        "Documents can be read, but not searched by models yet; the detail says why. A later run "
        "goes on."
    ),
    WarningCode.FILE_REFERENCE_LOST: (
        "A message refers to a file that was not migrated; its name stays readable in the message."
    ),
    WarningCode.TREE_REPAIRED: (
        "Messages had a missing parent, a cycle or another flaw; they were attached where they fit."
    ),
    WarningCode.PART_NOT_CONVERTED: (
        "A part of a message has no form of its own yet; it is kept as a readable block of text."
    ),
    WarningCode.TEXT_REPAIRED: "Characters that no database stores (NUL, half emoji) were removed.",
    WarningCode.DATE_REPAIRED: "A date was missing or impossible; a neighbouring one was used.",
    WarningCode.MESSAGE_ID_REPAIRED: "A message had no usable id of its own and was given one.",
    WarningCode.COMMAND_CHANGED: (
        "The prompt's command was missing, taken or not allowed in Open WebUI; it has a new one."
    ),
    WarningCode.PRODUCTION_MISSING: (
        "The production version of the prompt is gone; the newest version was used."
    ),
    WarningCode.BASE_MODEL_DEFAULTED: (
        "The model of the agent or preset has no counterpart; it uses the default base model."
    ),
    WarningCode.KNOWLEDGE_INCOMPLETE: (
        "Files that an agent knew are not in its knowledge base: they were not migrated, or they "
        "belong to somebody who could not change the agent."
    ),
    WarningCode.KNOWLEDGE_KEPT: (
        "The knowledge base of an agent is not as the backup has it: somebody changed or removed "
        "it in Open WebUI since, and it was left so, or it could not be written."
    ),
    WarningCode.KNOWLEDGE_LARGE: (
        "An agent knows more than fits into one question: its model searches the files with tools "
        "instead of being given them whole."
    ),
    WarningCode.VERSIONS_LEFT: (
        "Earlier versions of an agent stay behind: Open WebUI keeps versions of models from 0.12 "
        "on, and of each agent the newest hundred are carried over."
    ),
    WarningCode.ASSISTANT_INCOMPLETE: (
        "LibreChat keeps no name, instructions and tools of an assistant: they are where it was "
        "made. Its owner enters them in the model."
    ),
    WarningCode.CONNECTION_NEEDED: (
        "An agent used a tool server, an API or other agents: its model has to be connected by an "
        "administrator. Keys and passwords are neither carried over nor named."
    ),
    WarningCode.SETTING_DROPPED: "A tool or setting has no counterpart in Open WebUI.",
    WarningCode.ACCESS_NARROWED: (
        "Somebody may do less with it than in LibreChat, because Open WebUI has no counterpart: "
        "they are not there, their share was to end, they could edit but not delete and share, or "
        "a shared link is open to everybody who is signed in; whether LibreChat asked visitors to "
        "sign in is not in a backup."
    ),
    WarningCode.ACCESS_WIDENED: (
        "Somebody who could edit it, but not delete or share it, can do all of that in Open WebUI, "
        "as asked for."
    ),
    WarningCode.ACCESS_TAKEN_BACK: (
        "Earlier runs gave others access to these, and the backup does not have them any more: "
        "that access is taken back, and they are their owners' alone."
    ),
    WarningCode.BASE_MODEL_ACCESS: (
        "Open WebUI shows a connected model to administrators only until they share it; people "
        "need read access to it to go on with their chats, and to use the models built on it."
    ),
    WarningCode.MODEL_NOT_CONNECTED: (
        "Chats or agents name models that no connection of Open WebUI offers; people can read "
        "those chats, and go on with them once they choose another model."
    ),
    WarningCode.SHARED_LINK_MOVED: (
        "A shared link has another id and so another address, because Open WebUI cannot use its "
        "own or something else has it."
    ),
    WarningCode.COLLECTION_DAMAGED: (
        "The collection's file is damaged or ends early; what could be read was used."
    ),
    WarningCode.BACKUP_ODDITY: "Something in the backup is unusual; it was handled as described.",
    WarningCode.ID_TAKEN: (
        "Something of somebody else had the id that ours was to get, or a group's name: ours has "
        "another id, and everything that refers to it follows. Look at whose it is."
    ),
    WarningCode.GONE_FROM_BACKUP: (
        "An earlier run brought them and this backup does not have them any more: LibreChat "
        "deleted them since, or it is another LibreChat's. They stay in Open WebUI."
    ),
    WarningCode.FOLDER_LEFT_OUT: (
        "A conversation belonged to a project, and its chat is in no folder: Open WebUI takes "
        "archived chats out of their folders, or the project was not migrated or is another's."
    ),
    WarningCode.USER_UNKNOWN: (
        "The run was to migrate a person of this e-mail address, and the backup has none."
    ),
    WarningCode.NAME_CHANGED: (
        "Open WebUI has one skill of a name: another one has this name, and ours got a number."
    ),
    WarningCode.MEMORIES_LONG: (
        "Open WebUI puts a limited number of characters of somebody's memories into a prompt: the "
        "rest is in their list of memories only. MEMORIES_USER_CHAR_LIMIT is the limit."
    ),
    WarningCode.LARGE_CHAT: "The chat is very large and may be slow to open.",
}
