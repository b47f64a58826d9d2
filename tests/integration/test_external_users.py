"""People who sign in elsewhere: their first sign-in opens the account that was made for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.environments import CURRENT, OLDER, Deployment
from tests.support.oidc_provider import CLIENT, OIDCProvider
from tests.support.openwebui import OpenWebUIServer, Person, Visitor, http_client
from tests.support.run import Finished, migrate, undo, verify
from tests.support.snapshots import table_rows

pytestmark = [pytest.mark.openwebui, pytest.mark.xdist_group("external users")]

ADMIN = ("Admin", "admin@owner.example", "Admin-Password-1")
LINKED = {"openid": "olga", "google": "gus", "github": "gil"}
OTHERS = {"saml": "sam", "ldap": "lou"}
SUBJECTS = {"openid": ("oidc", "subject-1 \"of\" olga"), "google": ("google", "10987"),
            "github": ("github", "4242")}  # fmt: skip


@dataclass(frozen=True)
class _Deployment(Deployment):
    """One that knows a provider."""

    provider: str = ""

    @property
    def variables(self) -> dict[str, str]:
        return super().variables | {
            "OPENID_PROVIDER_URL": self.provider, "OAUTH_CLIENT_ID": CLIENT,
            "OAUTH_CLIENT_SECRET": "secret", "ENABLE_OAUTH_SIGNUP": "false",
            "ENABLE_SIGNUP": "true",
        }  # fmt: skip


@dataclass(frozen=True)
class Office:
    """A server with a provider, and the run that made the accounts."""

    place: Deployment
    url: str
    provider: OIDCProvider
    backup: Path
    skipped: Finished
    run: Finished

    def account(self, name: str) -> dict[str, Any]:
        rows = table_rows(self.place, "user")
        (found,) = [row for row in rows if row["email"] == f"{name}@people.example"]
        return found

    def sign_in(self, subject: str, name: str) -> httpx.Response:
        """Through the provider, as a browser does; the last answer."""
        self.provider.person = {
            "sub": subject, "email": f"{name}@people.example", "name": name.title(),
            "email_verified": True,
        }  # fmt: skip
        with httpx.Client(base_url=self.url, follow_redirects=True, trust_env=False) as http:
            answer = http.get("/oauth/oidc/login")
            answer.extensions["token"] = http.cookies.get("token")
            return answer


def _oid(text: str) -> str:
    return text.encode().hex().rjust(24, "0")[-24:]


def _backup(home: Path) -> Path:
    users, conversations, messages = [], [], []
    date = {"$date": "2025-01-01T00:00:00Z"}
    for provider, name in (LINKED | OTHERS).items():
        user = {
            "_id": {"$oid": _oid(name)}, "email": f"{name}@people.example", "name": name,
            "provider": provider, "emailVerified": True,
            "createdAt": date, "updatedAt": date,
        }  # fmt: skip
        if provider in SUBJECTS:
            user[f"{provider}Id"] = SUBJECTS[provider][1]
        users.append(user)
        own: dict[str, Any] = {"user": _oid(name), "conversationId": f"chat-{name}"}
        own |= {"createdAt": date, "updatedAt": date}
        conversations.append({"_id": {"$oid": _oid(f"c{name}")}, "title": name, **own})
        messages.append(
            {"_id": {"$oid": _oid(f"m{name}")}, "messageId": f"m-{name}", "text": "Hi",
             "isCreatedByUser": True, **own}
        )  # fmt: skip
    home.mkdir()
    for collection, documents in (
        ("users", users), ("conversations", conversations), ("messages", messages),
    ):  # fmt: skip
        lines = "".join(json.dumps(one) + "\n" for one in documents)
        (home / f"{collection}.json").write_text(lines, "utf-8")
    return home


@pytest.fixture(
    scope="module",
    params=[(CURRENT, "sqlite"), (CURRENT, "postgresql"), *((one, "sqlite") for one in OLDER)],
    ids="-".join,
)
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """Two runs, one that leaves such people out and one that does not, and a server."""
    version, database = request.param
    home = tmp_path_factory.mktemp(f"external-{version}-{database}")
    (home / "data").mkdir()
    url = f"sqlite:///{home}/data/webui.db"
    if database == "postgresql":
        url = request.getfixturevalue("postgres").create_database("external_users")
    with ExitStack() as stack:
        provider = stack.enter_context(OIDCProvider())
        place = _Deployment(version, home, url, "secret-of-the-server", provider.discovery)
        server = stack.enter_context(OpenWebUIServer(place))
        Visitor(server.url).sign_up(*ADMIN).http.close()
        backup = _backup(home / "backup")
        skipped = migrate(place, backup, home / "skipped")
        run = migrate(place, backup, home / "run", "--external-users", "link")
        assert (skipped.status, run.status) == (0, 0), skipped.output + run.output
        yield Office(place, server.url, provider, backup, skipped, run)


def test_by_default_they_are_left_out(office: Office) -> None:
    assert office.skipped.collections["users"]["skipped"] == {"no-password": 5}
    assert office.run.collections["users"]["migrated"] == 5
    assert office.run.collections["conversations"]["migrated"] == 5


def test_the_report_says_what_to_set(office: Office) -> None:
    said = [one["detail"] for one in office.run.report["warnings"] if one["code"] == EXTERNAL]
    assert len(said) == 5
    for text in ("OPENID_PROVIDER_URL", "GOOGLE_CLIENT_ID", "GITHUB_CLIENT_ID", "ENABLE_LDAP"):
        assert sum(text in one for one in said) == 1
    (merging,) = [one for one in said if "OAUTH_MERGE_ACCOUNTS_BY_EMAIL=true until" in one]
    assert "(saml)" in merging
    assert not [one for one in office.run.report["warnings"] if "password-unusable" in one["code"]]


EXTERNAL = "account-external"


@pytest.mark.parametrize("provider", LINKED)
def test_they_are_linked_by_the_providers_name_for_them(office: Office, provider: str) -> None:
    name, subject = SUBJECTS[provider]
    stored = office.account(LINKED[provider])["oauth"]
    assert (json.loads(stored) if isinstance(stored, str) else stored) == {name: {"sub": subject}}


def test_the_first_sign_in_opens_the_account_with_its_chats(office: Office) -> None:
    answer = office.sign_in(SUBJECTS["openid"][1], "olga")
    token = answer.extensions["token"]
    assert token, answer.url
    with http_client(office.url, token=token) as http:
        account = http.get("/api/v1/auths/").raise_for_status().json()
        assert account["id"] == office.account("olga")["id"]
        assert account["role"] == "user"
        person = Person(http, account["id"], account["role"], token)
        assert [chat["title"] for chat in person.chats()] == ["olga"]


@pytest.mark.parametrize(
    ("subject", "name"), [("somebody else", "olga"), ("10987", "gus"), ("s", "sam")]
)
def test_nobody_else_gets_in_by_an_address_or_a_name(
    office: Office, subject: str, name: str
) -> None:
    """Another subject with the same address, and a subject that another provider gave."""
    assert not office.sign_in(subject, name).extensions["token"]


@pytest.mark.parametrize("name", [*LINKED.values(), *OTHERS.values()])
def test_nobody_gets_in_with_a_password(office: Office, name: str) -> None:
    visitor, address = Visitor(office.url), f"{name}@people.example"
    for password in ("", " ", "password", "None"):
        with pytest.raises(httpx.HTTPStatusError):
            visitor.sign_in(address, password)
    with pytest.raises(httpx.HTTPStatusError):
        visitor.sign_up("Thief", address, "Password-1-of-a-thief")
    (auth,) = [row for row in table_rows(office.place, "auth") if row["email"] == address]
    assert auth["password"] == ""


def test_verify_and_undo_know_them(office: Office, tmp_path: Path) -> None:
    """The last of the module: only who has signed in stays."""
    again = migrate(office.place, office.backup, tmp_path / "again", "--external-users", "link")
    assert again.collections["users"]["existing"] == 5, again.output
    verified = verify(office.place, office.backup, tmp_path / "verify", "--external-users", "link")
    assert verified.status == 0, verified.output
    done = undo(office.place, tmp_path / "undo", office.run.report["run"]["id"])
    assert done.status == 0, done.output
    left = {row["email"] for row in table_rows(office.place, "user")}
    assert left == {ADMIN[1], "olga@people.example"}
