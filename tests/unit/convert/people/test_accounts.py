from __future__ import annotations

import random

import pytest

from migrator_core.convert.ids import user_id
from migrator_core.convert.people.accounts import (
    AccountPlan,
    Fate,
    Identity,
    normalise_email,
    plan_accounts,
)
from migrator_core.outcome import Reason, WarningCode

A, B, C, D = ("a" * 24, "b" * 24, "c" * 24, "d" * 24)


def accounts(plan: AccountPlan) -> dict[str, str | None]:
    """Source id → account id, for all users who have an account."""
    return {key: made.account_id for key, made in plan.decisions.items() if made.account_id}


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        (" Grace.Hopper@Example.COM ", "grace.hopper@example.com"),
        ("admin@localhost", "admin@localhost"),
        ("olivia+chat@sub.example.co.uk", "olivia+chat@sub.example.co.uk"),
        ("müller@exämple.de", "müller@exämple.de"),
        ("no-at-sign", None),
        ("two@at@signs", None),
        ("@example.com", None),
        ("x@", None),
        ("a b@example.com", None),
        ("a\x00@example.com", None),
        ("a\ud800@example.com", None),
        ("a@" + "x" * 400, None),
        ("", None),
        (None, None),
    ],
)
def test_email(email: str | None, expected: str | None) -> None:
    assert normalise_email(email) == expected


def test_each_user_gets_the_fate_the_rules_say() -> None:
    plan = plan_accounts(
        [
            Identity(A, "One@x.org", has_password=True, created=20),
            Identity(B, "one@X.org", has_password=True, created=10, external_ids=("ext-b",)),
            Identity(C, "ONE@x.org", has_password=False, created=1),
            Identity(D, "sso@x.org", has_password=False),
            Identity("e" * 24, None, has_password=True),
            Identity("f" * 24, "broken", has_password=True),
            Identity("g" * 24, "Old@x.org", has_password=False),
        ],
        {"old@x.org": "account-7"},
    )
    fates = {key: decision.fate for key, decision in plan.decisions.items()}
    assert fates == {
        A: Fate.MERGE,
        B: Fate.CREATE,
        C: Fate.MERGE,
        D: Fate.SKIP,
        "e" * 24: Fate.SKIP,
        "f" * 24: Fate.SKIP,
        "g" * 24: Fate.EXISTING,
    }
    assert plan.decisions[A].kept == B
    assert accounts(plan) == {
        A: user_id(B),
        B: user_id(B),
        C: user_id(B),
        "g" * 24: "account-7",
    }
    reasons = [item.skipped.reason for item in plan.decisions.values() if item.skipped]
    assert reasons == [Reason.NO_PASSWORD, Reason.NO_EMAIL, Reason.NO_EMAIL]
    assert [notice.code for notice in plan.notices] == [WarningCode.ACCOUNT_MERGED]
    assert plan.of(Fate.CREATE) == [B]


def test_the_plan_does_not_depend_on_the_order_of_the_backup() -> None:
    identities = [
        Identity(A, "x@x.org", has_password=True, created=None),
        Identity(B, "X@x.org", has_password=True, created=5),
        Identity(C, "x@X.org", has_password=True, created=5),
        Identity(D, "x@x.ORG", has_password=False, created=1),
    ]
    expected = accounts(plan_accounts(identities))
    assert set(expected.values()) == {user_id(B)}
    shuffled = random.Random(7)
    for _ in range(10):
        shuffled.shuffle(identities)
        assert accounts(plan_accounts(identities)) == expected


def test_without_dates_the_smallest_id_wins() -> None:
    identities = [Identity(key, "x@x.org", has_password=True) for key in (B, A)]
    assert plan_accounts(identities).decisions[A].fate is Fate.CREATE


def test_an_existing_account_takes_all_users_with_its_address() -> None:
    plan = plan_accounts(
        [
            Identity(A, "x@x.org", has_password=True),
            Identity(B, "X@X.org", has_password=False),
        ],
        {"X@x.org": "theirs"},
    )
    assert accounts(plan) == {A: "theirs", B: "theirs"}
    assert set(plan.of(Fate.EXISTING)) == {A, B}


def test_on_a_second_run_the_account_made_by_the_first_is_no_stranger() -> None:
    identities = [
        Identity(A, "x@x.org", has_password=True),
        Identity(B, "x@x.org", has_password=False),
    ]
    first = plan_accounts(identities)
    assert plan_accounts(identities, {"x@x.org": user_id(A)}) == first


def test_the_same_id_twice_counts_once() -> None:
    plan = plan_accounts(
        [
            Identity(A, "x@x.org", has_password=True),
            Identity(A, "y@x.org", has_password=True),
        ]
    )
    assert plan.decisions[A].email == "x@x.org"
    assert plan.notices == ()


def test_an_external_id_that_several_users_claim_names_nobody() -> None:
    plan = plan_accounts(
        [
            Identity(A, "a@x.org", has_password=True, external_ids=("shared", "mine")),
            Identity(B, "b@x.org", has_password=True, external_ids=("shared",)),
            Identity(C, "c@x.org", has_password=False, external_ids=("mine",)),
            Identity(D, "d@x.org", has_password=True, external_ids=(A, "alone")),
        ]
    )
    assert plan.principals == {
        A: user_id(A),
        B: user_id(B),
        D: user_id(D),
        "alone": user_id(D),
    }
