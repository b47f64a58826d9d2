from __future__ import annotations

import random

import pytest

from migrator_core.convert.ids import user_id
from migrator_core.convert.people.accounts import (
    AccountPlan,
    Fate,
    Holder,
    Identity,
    plan_accounts,
)
from migrator_core.convert.people.addresses import normalise_email
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
        ("\xa0a@example.com", None),
        ("a@example.com\u2003", None),
        ("a\u200b@example.com", None),
        ("\u212aim@example.com", None),
        ("\u0130@example.com", None),
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
        {"old@x.org": Holder("account-7")},
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
        {"X@x.org": Holder("theirs")},
    )
    assert accounts(plan) == {A: "theirs", B: "theirs"}
    assert set(plan.of(Fate.EXISTING)) == {A, B}


def test_on_a_second_run_the_account_made_by_the_first_is_no_stranger() -> None:
    identities = [
        Identity(A, "x@x.org", has_password=True),
        Identity(B, "x@x.org", has_password=False),
    ]
    first = plan_accounts(identities)
    assert plan_accounts(identities, {"x@x.org": Holder(user_id(A))}) == first


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


def test_a_sign_up_that_nobody_confirmed_has_no_part_in_anything() -> None:
    plan = plan_accounts(
        [
            Identity(A, "X@x.org", has_password=True, created=1, unconfirmed=True),
            Identity(B, "x@x.org", has_password=True, created=2),
            Identity(C, "boss@x.org", has_password=True, unconfirmed=True),
        ],
        {"boss@x.org": Holder("boss", "admin")},
    )
    assert accounts(plan) == {B: user_id(B)}
    assert plan.notices == ()
    for key in (A, C):
        skipped = plan.decisions[key].skipped
        assert skipped is not None
        assert skipped.reason is Reason.UNVERIFIED


@pytest.mark.parametrize(
    ("holder", "verified", "reason"),
    [
        (Holder("here"), False, None),
        (Holder("here", "admin"), True, None),
        (Holder("here", "admin"), False, Reason.ADDRESS_UNPROVEN),
        (Holder("here", "pending"), True, Reason.ACCOUNT_PENDING),
        (Holder("here", linked=False), True, Reason.ACCOUNT_NOT_LINKED),
        (Holder(user_id(B), "pending", linked=False), False, None),
    ],
)
def test_what_an_account_that_is_here_may_receive(
    holder: Holder, verified: bool, reason: Reason | None
) -> None:
    plan = plan_accounts(
        [
            Identity(A, "x@x.org", has_password=True, created=1, verified=verified),
            Identity(B, "x@x.org", has_password=True, created=2, verified=True),
        ],
        {"x@x.org": holder},
    )
    decision = plan.decisions[A]
    assert decision.account_id == (holder.id if reason is None else None)
    assert (decision.skipped and decision.skipped.reason) == reason


def test_addresses_that_look_alike_are_two_accounts_and_named() -> None:
    plan = plan_accounts(
        [
            Identity(A, "paypal@x.org", has_password=True),
            Identity(B, "p\u0430yp\u0430l@x.org", has_password=True),
            Identity(C, "m\xfcller@x.org", has_password=True),
            Identity(D, "muller@x.org", has_password=True),
        ]
    )
    assert len(set(accounts(plan).values())) == 4
    assert [notice.code for notice in plan.notices] == [WarningCode.ADDRESS_LOOKS_ALIKE]
    assert "p\\u0430yp\\u0430l" in plan.notices[0].detail
