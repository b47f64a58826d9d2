"""A row of LibreChat's ``users`` collection.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
Secrets beside the password hash (TOTP seed, backup codes, refresh tokens) are not read at all.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from migrator_core.librechat.documents.base import (
    Date,
    Flag,
    Identifier,
    Items,
    Mapping,
    SourceModel,
    String,
    Text,
    Texts,
)
from migrator_core.librechat.values import tenant_of

Present = Annotated[bool, BeforeValidator(lambda value: value is not None)]
"""Whether the field holds anything, whatever it is."""

Tenant = Annotated[str, BeforeValidator(tenant_of)]


class User(SourceModel):
    """One account. Dates are milliseconds since the epoch."""

    id: Identifier = Field(alias="_id")
    email: String = None
    name: Text = None
    username: Text = None
    password: String = Field(default=None, repr=False)
    """The bcrypt hash; absent for accounts that only ever signed in through a provider."""
    provider: Text = None
    google_id: String = Field(default=None, alias="googleId")
    github_id: String = Field(default=None, alias="githubId")
    openid_id: String = Field(default=None, alias="openidId")
    """What the provider calls the person, its subject; there are other providers as well."""
    role: Text = None
    avatar: String = None
    email_verified: Flag = Field(default=False, alias="emailVerified")
    expires: Present = Field(default=False, alias="expiresAt")
    """LibreChat deletes the row by itself unless the address is confirmed before."""
    two_factor_enabled: Flag = Field(default=False, alias="twoFactorEnabled")
    id_on_the_source: Text = Field(default=None, alias="idOnTheSource")
    """By this id, a group that comes from an identity provider knows its members."""
    tenant_id: Tenant = Field(default="", alias="tenantId")
    """Whose installation it is, where several share one database (LibreChat 0.8.5 and later)."""
    personalization: Mapping = Field(default_factory=dict)
    plugins: Items = Field(default_factory=list)
    """What the person had switched on; what is written there is nobody's business here."""
    favorites: Items = Field(default_factory=list)
    pinned_order: Texts = Field(default_factory=list, alias="pinnedOrder")
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")
