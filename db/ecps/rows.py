"""Rows of ECPs. Contact data is a separate row, so that it is read only for viewers who may see it."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from domain.ecps.facts import EcpFacts, EcpStatus
from domain.ecps.inputs import EcpDetails


class EcpRow(Struct, frozen=True):
    """An ECP, without its contact data."""

    id: UUID
    code: str
    account_id: UUID | None
    display_name: str
    practice: str | None
    geography_id: UUID
    region_id: UUID | None
    country_id: UUID
    tier_id: UUID | None
    status: str
    registered_at: datetime
    verified_at: datetime | None
    suspended_reason: str | None
    erased_at: datetime | None
    erased_by: UUID | None
    erased_reason: str | None
    redemption_locked_at: datetime | None
    updated_at: datetime
    sort_name: bytes

    @property
    def standing(self) -> EcpFacts:
        """The facts that guards check."""
        return EcpFacts(self.id, EcpStatus(self.status), is_locked=self.redemption_locked_at is not None)


class EcpVersionRow(Struct, frozen=True):
    """What was true of the ECP `id` from a moment on, until another; `valid_to` is None for what is true now."""

    id: UUID
    valid_from: datetime
    valid_to: datetime | None
    status: str
    tier_id: UUID | None
    geography_id: UUID


class ContactRow(Struct, frozen=True):
    """How an ECP is reached, and the number of its license."""

    id: UUID
    email: str | None
    phone: str | None
    license_number: str | None


class EcpRecord(Struct, frozen=True):
    """An ECP with its contact data, locked in order to change it."""

    ecp: EcpRow
    contact: ContactRow

    @property
    def details(self) -> EcpDetails:
        """The details that the ECP gave."""
        contact = self.contact
        return EcpDetails(
            display_name=self.ecp.display_name,
            practice=self.ecp.practice,
            email=contact.email,
            phone=contact.phone,
            license_number=contact.license_number,
        )


class EcpPlace(Struct, frozen=True):
    """Where an ECP is: a geography with its region, which a country has not, and its country."""

    geography_id: UUID
    name: str
    region_id: UUID | None
    country_id: UUID
