"""An example of every kind of stored fact with its exact sentences, and the check of everything that a test stored."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, get_args
from uuid import UUID

import msgspec

from domain.adjustments.stored_facts import (
    AdjustmentApproved,
    AdjustmentRejected,
    AdjustmentRequested,
    AdjustmentWithdrawn,
    PointsAdjusted,
)
from domain.audit.sentences import audit_sentence
from domain.audit.stored_facts import AUDIT_DECODER
from domain.calendar import UTC_CALENDAR
from domain.catalog.stored_facts import CategoryMerged, GeographyMoved, ProductMoved, TierRanked
from domain.ecps.stored_facts import (
    EcpLocked,
    EcpMoved,
    EcpPlaceMoved,
    EcpRegistered,
    EcpReinstated,
    EcpSuspended,
    EcpTierChanged,
    EcpUnlocked,
    EcpVerified,
)
from domain.enrollments.stored_facts import (
    EcpEnrolled,
    EnrollmentAccepted,
    EnrollmentRejected,
    EnrollmentRenewed,
    EnrollmentRequested,
    EnrollmentWithdrawn,
)
from domain.imports.facts import Outcomes
from domain.imports.stored_facts import SalesImportCanceled, SalesImportFailed, SalesImportFinished
from domain.jobs.facts import JobKind
from domain.jobs.stored_facts import JobCanceled, JobFailed, JobFinished
from domain.notifications.sentences import notification_sentence
from domain.notifications.stored_facts import NOTIFICATION_DECODER, StoredNotification
from domain.points.stored_facts import PointsExpired, PointsExpiring
from domain.schemes.content import FieldDifference
from domain.schemes.execution_facts import (
    ArtworkApproved,
    ArtworkRevisionRequested,
    ArtworkUploaded,
    ConsignmentCanceled,
    ConsignmentCreated,
    ConsignmentUpdated,
    CouponsGenerated,
    CouponsRecalled,
    ShortfallClosed,
)
from domain.schemes.scheme_name import SchemeName
from domain.schemes.stages import SchemeStatus, StageState
from domain.schemes.stored_facts import (
    ACTIVITY_DECODER,
    ApprovalRequested,
    CatalogChanged,
    ChangesRequested,
    ParticipantAdded,
    ParticipantJoined,
    ParticipantLeft,
    ParticipantRemoved,
    ReviewOutdated,
    RevisionApplied,
    RevisionOpened,
    RevisionRescheduled,
    SchemeApproved,
    SchemeCreated,
    SchemeRejected,
    SchemeSubmitted,
    StagePending,
    StepSaved,
)
from domain.stored_facts import AccountNames, AsWritten, Reader
from domain.webhooks.stored_facts import (
    AttemptsFailed,
    DatabaseRestored,
    DisabledByAccount,
    EndpointGone,
    EventsDeleted,
    WebhookDisabled,
)
from tests.support.stored_artwork_facts import OF_ARTWORK
from tests.support.stored_consignment_facts import OF_CONSIGNMENTS
from tests.support.stored_settlement_facts import OF_SETTLEMENTS

ACCOUNT, ECP, VARIANT = UUID(int=7), UUID(int=8), UUID(int=9)
# The account that facts name, and the ECP that they are about.
CONCERNED: Final = Reader(calendar=UTC_CALENDAR, account_id=ACCOUNT, ecp_id=ECP)
OTHER: Final = Reader(calendar=UTC_CALENDAR, account_id=UUID(int=17), ecp_id=UUID(int=18))
NAMES: Final = AccountNames(actor="Asha Rao", account="Ravi Kumar")
NINE, TEN = datetime(2026, 6, 1, 9, tzinfo=UTC), datetime(2026, 6, 1, 10, 30, tzinfo=UTC)
CODE: Final = "ECP-2026-000001"
LIVE, SECOND = SchemeName("Diwali"), SchemeName("Diwali", 2)
CHANGES: Final = (FieldDifference("variantIds", [], [str(VARIANT)]),)
_ECP: Final[Any] = {"ecp_id": ECP, "code": CODE}
_ENROLLMENT: Final[Any] = {**_ECP, "title": "Diwali"}
_OUTDATED: Final = "This changes what “Diwali” would pay or whom it would include. Review it again."
_CHANGED: Final = (
    "This changes what revision 2 of “Diwali” pays or whom it includes from now on. Earlier sales keep their points."
)
_WAITS: Final = "This changes what revision 2 of “Diwali” will pay or whom it will include if it is approved."
_WAITING: Final = "is waiting for the decision of a second person"
_URL: Final = "https://hooks.example.com/"
_DISABLED: Final = f"The webhook endpoint {_URL} was disabled."
_KEPT: Final = "New events are kept for it for some days."

# Each fact with its sentence for the person concerned and for everybody else.
EXAMPLES: Final[tuple[tuple[StoredNotification, str, str], ...]] = (
    (
        EcpRegistered(**_ECP, place="Pune"),
        f"{CODE} registered in Pune and is waiting for verification.",
        f"{CODE} registered in Pune and is waiting for verification.",
    ),
    *(
        (fact, sentence, sentence)
        for fact, sentence in (
            (
                AdjustmentRequested(**_ENROLLMENT, points=5000),
                f"An adjustment of +5,000 points for {CODE} in “Diwali” {_WAITING}.",
            ),
            (
                AdjustmentApproved(**_ENROLLMENT, points=-1),
                f"The adjustment of -1 point for {CODE} in “Diwali” was approved and posted.",
            ),
            (
                AdjustmentRejected(**_ENROLLMENT, points=1200),
                f"The adjustment of +1,200 points for {CODE} in “Diwali” was rejected. Nothing was posted.",
            ),
            (
                AdjustmentWithdrawn(**_ENROLLMENT, points=1200),
                f"The maker withdrew the adjustment of +1,200 points for {CODE} in “Diwali”. Nobody needs to decide.",
            ),
        )
    ),
    (
        PointsAdjusted(**_ENROLLMENT, points=-1200),
        "Your points in “Diwali” were adjusted: -1,200 points. The adjustment states the reason.",
        f"The points of {CODE} in “Diwali” were adjusted: -1,200 points. The adjustment states the reason.",
    ),
    (
        PointsExpiring(**_ENROLLMENT, points=1200, first_on=date(2026, 5, 1), last_on=date(2026, 5, 28)),
        (
            "1,200 of your points in “Diwali” will expire from 1 May 2026 to 28 May 2026, unless they are paid out "
            "before."
        ),
        (
            f"1,200 of the points of {CODE} in “Diwali” will expire from 1 May 2026 to 28 May 2026, unless they are "
            "paid out before."
        ),
    ),
    (
        PointsExpiring(**_ENROLLMENT, points=1, first_on=date(2026, 5, 1), last_on=date(2026, 5, 1)),
        "1 of your points in “Diwali” will expire on 1 May 2026, unless they are paid out before.",
        f"1 of the points of {CODE} in “Diwali” will expire on 1 May 2026, unless they are paid out before.",
    ),
    (
        PointsExpired(**_ENROLLMENT, points=1200),
        "1,200 of your points in “Diwali” expired, because the scheme changed how long points are kept.",
        f"1,200 of the points of {CODE} in “Diwali” expired, because the scheme changed how long points are kept.",
    ),
    (EcpVerified(**_ECP, tier="Gold"), "You are verified as Gold.", f"{CODE} is verified as Gold."),
    (EcpTierChanged(**_ECP, tier="Gold"), "Your tier is now Gold.", f"The tier of {CODE} is now Gold."),
    (EcpReinstated(**_ECP, tier="Gold"), "You are active again as Gold.", f"{CODE} is active again as Gold."),
    (
        EcpSuspended(**_ECP, reason="No answer."),
        "You are suspended: No answer.",
        f"{CODE} is suspended: No answer.",
    ),
    (
        EcpLocked(**_ECP, wrong=20),
        "You tried 20 wrong codes and cannot redeem coupons now. Ask your program manager to unlock you.",
        f"{CODE} tried 20 wrong codes and cannot redeem coupons now. Unlock the ECP if it was a mistake.",
    ),
    (
        EcpUnlocked(**_ECP, reason="A worn label."),
        "You can redeem coupons again: A worn label.",
        f"{CODE} can redeem coupons again: A worn label.",
    ),
    (EcpMoved(**_ECP, place="Pune"), "Your place is now Pune.", f"The place of {CODE} is now Pune."),
    (
        EcpPlaceMoved(**_ECP, place="Goa", parent="India"),
        "Goa, where you work, now belongs to India.",
        f"Goa, where {CODE} works, now belongs to India.",
    ),
    (
        EcpPlaceMoved(**_ECP, place="Goa", parent=None),
        "Goa, where you work, is now a country.",
        f"Goa, where {CODE} works, is now a country.",
    ),
    (
        EnrollmentRequested(**_ENROLLMENT),
        f"{CODE} asks to enroll in “Diwali” and is waiting for your decision.",
        f"{CODE} asks to enroll in “Diwali” and is waiting for your decision.",
    ),
    (EcpEnrolled(**_ENROLLMENT), "You were enrolled in “Diwali”.", f"{CODE} was enrolled in “Diwali”."),
    (
        EnrollmentAccepted(**_ENROLLMENT, comment="Welcome!"),
        "You are enrolled in “Diwali”: Welcome!",
        f"{CODE} is enrolled in “Diwali”: Welcome!",
    ),
    (
        EnrollmentAccepted(**_ENROLLMENT, comment=None),
        "You are enrolled in “Diwali”.",
        f"{CODE} is enrolled in “Diwali”.",
    ),
    (
        EnrollmentRejected(**_ENROLLMENT, reason="Too far"),
        "Your enrollment in “Diwali” was rejected: Too far.",
        f"The enrollment of {CODE} in “Diwali” was rejected: Too far.",
    ),
    (
        EnrollmentRenewed(**_ENROLLMENT),
        "You left “Diwali” and are enrolled again.",
        f"{CODE} left “Diwali” and is enrolled again.",
    ),
    (
        EnrollmentWithdrawn(**_ENROLLMENT),
        "Your enrollment in “Diwali” was withdrawn.",
        f"The enrollment of {CODE} in “Diwali” was withdrawn.",
    ),
    (SchemeCreated(LIVE), "Asha Rao created “Diwali”.", "Asha Rao created “Diwali”."),
    *(
        (fact, sentence, sentence)
        for fact, sentence in (
            (CouponsGenerated(LIVE, quantity=12_000), "Asha Rao generated 12,000 coupons of “Diwali”."),
            (
                ShortfallClosed(LIVE, sku="AMB-1L", quantity=1, reason="Too late"),
                "Asha Rao decided not to generate 1 missing coupon of AMB-1L for “Diwali”: Too late.",
            ),
            (
                ConsignmentCreated(
                    LIVE, code="CON-2026-000001", quantity=500, vendors=("First Print", "Third Factory")
                ),
                "Asha Rao allocated 500 coupons of “Diwali” to First Print and Third Factory in CON-2026-000001.",
            ),
            (
                ConsignmentUpdated(
                    LIVE, code="CON-2026-000001", due_on=date(2026, 7, 1), due_changed=True, vendors=("First Print",)
                ),
                "Asha Rao made 1 July 2026 the due date of CON-2026-000001 and changed its chain to First Print.",
            ),
            (
                ConsignmentUpdated(LIVE, code="CON-2026-000001", due_on=None, due_changed=True, vendors=None),
                "Asha Rao removed the due date of CON-2026-000001.",
            ),
            (
                ConsignmentUpdated(
                    LIVE, code="CON-2026-000001", due_on=None, due_changed=False, vendors=("First Print", "Second Pack")
                ),
                "Asha Rao changed the chain of CON-2026-000001 to First Print and Second Pack.",
            ),
            (
                ConsignmentCanceled(LIVE, code="CON-2026-000001", quantity=500, voided=False, reason="Wrong printer"),
                "Asha Rao canceled CON-2026-000001 of “Diwali”; its 500 coupons can be allocated again: Wrong printer.",
            ),
            (
                ConsignmentCanceled(LIVE, code="CON-2026-000001", quantity=500, voided=True, reason="Wrong printer"),
                "Asha Rao canceled CON-2026-000001 of “Diwali”; its 500 coupons are void: Wrong printer.",
            ),
            (
                ArtworkUploaded(LIVE, sku="AMB-1L", version=2, note="With the new logo"),
                "Asha Rao uploaded version 2 of the artwork of AMB-1L of “Diwali”: With the new logo.",
            ),
            (
                ArtworkApproved(LIVE, sku="AMB-1L", version=2, vendor="First Print", comment=None, withdrawn=False),
                "Asha Rao approved version 2 of the artwork of AMB-1L of “Diwali” for First Print.",
            ),
            (
                ArtworkApproved(
                    LIVE, sku="AMB-1L", version=2, vendor="First Print", comment="It was my screen", withdrawn=True
                ),
                (
                    "Asha Rao approved version 2 of the artwork of AMB-1L of “Diwali” for First Print, "
                    "and no longer asks for a revision: It was my screen."
                ),
            ),
            (
                ArtworkRevisionRequested(LIVE, sku="AMB-1L", version=2, vendor="First Print", comment="Too dark"),
                (
                    "Asha Rao asked for a revision of version 2 of the artwork of AMB-1L of “Diwali” for First Print: "
                    "Too dark."
                ),
            ),
            (
                CouponsRecalled(LIVE, quantity=20, reason="Misprint"),
                "Asha Rao recalled 20 coupons of “Diwali”: Misprint.",
            ),
        )
    ),
    (
        StepSaved(LIVE, {str(VARIANT): "AMB-1L"}),
        "Asha Rao added AMB-1L to the products in “Diwali”.",
        "Asha Rao added AMB-1L to the products in “Diwali”.",
    ),
    (
        StepSaved(SECOND, {}),
        "Revision 2: Asha Rao added 1 product in “Diwali”.",
        "Revision 2: Asha Rao added 1 product in “Diwali”.",
    ),
    (ParticipantJoined(LIVE), "Asha Rao takes part in “Diwali”.", "Asha Rao takes part in “Diwali”."),
    (ParticipantLeft(LIVE), "Asha Rao no longer takes part in “Diwali”.", "Asha Rao no longer takes part in “Diwali”."),
    (
        ParticipantAdded(LIVE, ACCOUNT),
        "Asha Rao asked you to take part in “Diwali”.",
        "Asha Rao added Ravi Kumar to the participants of “Diwali”.",
    ),
    (
        ParticipantRemoved(LIVE, ACCOUNT),
        "Asha Rao removed you from the participants of “Diwali”.",
        "Asha Rao removed Ravi Kumar from the participants of “Diwali”.",
    ),
    (
        SchemeSubmitted(SECOND),
        "Asha Rao submitted revision 2 of “Diwali” for approval.",
        "Asha Rao submitted revision 2 of “Diwali” for approval.",
    ),
    (
        ApprovalRequested(LIVE),
        "Asha Rao submitted “Diwali”, which is waiting for your approval.",
        "Asha Rao submitted “Diwali”, which is waiting for your approval.",
    ),
    (
        SchemeApproved(LIVE, comment=None, effective_at=None),
        "Asha Rao approved “Diwali”.",
        "Asha Rao approved “Diwali”.",
    ),
    (
        SchemeApproved(SECOND, comment="Go", effective_at=NINE),
        "Asha Rao approved revision 2 of “Diwali”, which takes effect on 1 June 2026 at 09:00 UTC: Go.",
        "Asha Rao approved revision 2 of “Diwali”, which takes effect on 1 June 2026 at 09:00 UTC: Go.",
    ),
    (
        StagePending(LIVE, status=SchemeStatus.COUPONS_NOT_GENERATED, state=StageState.PENDING),
        "“Diwali” was approved and is waiting for you: coupons not generated.",
        "“Diwali” was approved and is waiting for you: coupons not generated.",
    ),
    (
        ChangesRequested(LIVE, "Too dear"),
        "Asha Rao requested changes to “Diwali”: Too dear.",
        "Asha Rao requested changes to “Diwali”: Too dear.",
    ),
    (
        SchemeRejected(LIVE, "Too dear"),
        "Asha Rao rejected “Diwali”: Too dear.",
        "Asha Rao rejected “Diwali”: Too dear.",
    ),
    (
        RevisionOpened(SECOND, NINE),
        "Asha Rao opened revision 2 of “Diwali”, to take effect on 1 June 2026 at 09:00 UTC.",
        "Asha Rao opened revision 2 of “Diwali”, to take effect on 1 June 2026 at 09:00 UTC.",
    ),
    (
        RevisionRescheduled(SECOND, before=NINE, after=TEN),
        "Asha Rao moved revision 2 of “Diwali” from 1 June 2026 at 09:00 UTC to 1 June 2026 at 10:30 UTC.",
        "Asha Rao moved revision 2 of “Diwali” from 1 June 2026 at 09:00 UTC to 1 June 2026 at 10:30 UTC.",
    ),
    (
        RevisionApplied(title="Diwali", number=2, names={str(VARIANT): "AMB-1L"}),
        "Revision 2 of “Diwali” has taken effect: it added AMB-1L to the products.",
        "Revision 2 of “Diwali” has taken effect: it added AMB-1L to the products.",
    ),
    (
        CatalogChanged(SECOND, TierRanked("Gold", 3, 9), waits=True),
        f"Asha Rao changed the rank of the tier Gold from 3 to 9. {_WAITS}",
        f"Asha Rao changed the rank of the tier Gold from 3 to 9. {_WAITS}",
    ),
    *(
        (CatalogChanged(SECOND, change), f"{sentence} {_CHANGED}", f"{sentence} {_CHANGED}")
        for change, sentence in (
            (TierRanked("Gold", 3, 9), "Asha Rao changed the rank of the tier Gold from 3 to 9."),
            (TierRanked("Titan", None, 25), "Asha Rao added the tier Titan with the rank 25."),
            (GeographyMoved("Pune", "Maharashtra", "Goa"), "Asha Rao moved Pune from Maharashtra to Goa."),
            (GeographyMoved("Goa", "India", None), "Asha Rao moved Goa from India to the countries."),
            (GeographyMoved("Goa", None, "India"), "Asha Rao moved Goa to India."),
            (
                ProductMoved("Amber Oil", "Engine oil", "Car care"),
                "Asha Rao moved Amber Oil from the category “Engine oil” to “Car care”.",
            ),
            (
                CategoryMerged("Engine oil", "Car care"),
                "Asha Rao moved all products of the category “Engine oil” to “Car care”.",
            ),
        )
    ),
    (
        ReviewOutdated(LIVE, TierRanked("Gold", 3, 9)),
        f"Asha Rao changed the rank of the tier Gold from 3 to 9. {_OUTDATED}",
        f"Asha Rao changed the rank of the tier Gold from 3 to 9. {_OUTDATED}",
    ),
    *(
        (WebhookDisabled(_URL, reason), f"{_DISABLED} {sentence} {_KEPT}", f"{_DISABLED} {sentence} {_KEPT}")
        for reason, sentence in (
            (DisabledByAccount(ACCOUNT), "Ravi Kumar disabled the endpoint."),
            (
                EventsDeleted(),
                "Some events that it had not received were deleted, because events are kept only for a limited time.",
            ),
            (
                DatabaseRestored(),
                "The database was restored from a copy, so it is unknown which events it has received.",
            ),
            (EndpointGone("The endpoint answered 410."), "The endpoint answered 410."),
            (
                AttemptsFailed(10, "The endpoint answered 500."),
                "10 attempts in a row have failed. The last error: The endpoint answered 500.",
            ),
        )
    ),
    *((fact, sentence, sentence) for fact, sentence in (*OF_CONSIGNMENTS, *OF_ARTWORK)),
    *OF_SETTLEMENTS,
    *(
        (fact, sentence, sentence)
        for fact, sentence in (
            (JobFinished(JobKind.EPCIS_CAPTURE), "Capture of EPCIS events: finished."),
            (
                JobFailed(JobKind.EPCIS_CAPTURE, "The database does not answer."),
                "Capture of EPCIS events: failed. The database does not answer.",
            ),
            (
                JobCanceled(JobKind.EPCIS_CAPTURE),
                "Capture of EPCIS events: canceled. What it has done stays, and a retry continues it.",
            ),
            (
                SalesImportFailed(
                    file_name="march.csv",
                    source="till",
                    dry_run=False,
                    outcomes=Outcomes(recorded=4, rejected=1),
                    error="The database does not answer. Try again in a few seconds.",
                    is_unreadable=False,
                ),
                (
                    "Import of “march.csv” for “till”: failed. The database does not answer. Try again in a few "
                    "seconds. The import ended before all sales were tried: 4 sales were recorded and 1 was rejected. "
                    "What was recorded stays. Retry the import to continue, or import the file again."
                ),
            ),
            (
                SalesImportFailed(
                    file_name="march.csv",
                    source="till",
                    dry_run=True,
                    outcomes=Outcomes(),
                    error="The file is empty. Export the sales again.",
                    is_unreadable=True,
                ),
                (
                    "Dry run of “march.csv” for “till”: failed. The file is empty. Export the sales again. Nothing was "
                    "recorded."
                ),
            ),
            (
                SalesImportCanceled(file_name="march.csv", source="till", dry_run=False, outcomes=Outcomes(rejected=1)),
                (
                    "Import of “march.csv” for “till”: canceled. The import ended before its first sale was recorded. "
                    "Nothing was changed. Retry the import to begin again."
                ),
            ),
        )
    ),
    *(
        (
            SalesImportFinished(file_name="march.csv", source="till", dry_run=dry_run, outcomes=outcomes),
            sentence,
            sentence,
        )
        for dry_run, outcomes, sentence in (
            (False, Outcomes(recorded=2), "Import of “march.csv” for “till”: 2 sales were recorded."),
            (
                False,
                Outcomes(duplicates=1_200),
                "Import of “march.csv” for “till”: all 1,200 sales were recorded before, so nothing changed.",
            ),
            (
                True,
                Outcomes(recorded=1, corrected=2, duplicates=1, conflicts=1, parked=3, rejected=1),
                (
                    "Dry run of “march.csv” for “till”: 1 sale would be recorded, 2 would be corrected, 1 was recorded "
                    "before, 1 is in conflict, 3 would be parked and 1 would be rejected. The file of rejected rows "
                    "says why. Nothing was changed."
                ),
            ),
        )
    ),
    (AsWritten("Somebody did something."), "Somebody did something.", "Somebody did something."),
)


def members(union: Any) -> set[type]:
    """The types of a union of structs, or the one struct that stands for itself."""
    return set(get_args(union)) or {union}


# Everything that the database stores as facts, with the decoder of its union.
_DECODERS: Final[Mapping[str, Any]] = {
    "audit_entry": AUDIT_DECODER,
    "notification": NOTIFICATION_DECODER,
    "scheme_activity": ACTIVITY_DECODER,
}
STORED_FACTS: Final = " UNION ALL ".join(
    f"SELECT '{table}', fact::text, {changes} FROM {table} WHERE fact IS NOT NULL"
    for table, changes in (("notification", "NULL"), ("scheme_activity", "changes::text"), ("audit_entry", "NULL"))
)


def render_again(table: str, fact: str, changes: str | None) -> str:
    """Decode a stored fact and write its sentence. Raises for a document that is none of the known facts."""
    known = _DECODERS[table].decode_known(fact)
    again = msgspec.json.decode(msgspec.json.encode(known), type=type(known))
    assert again == known
    if table == "audit_entry":
        sentence = audit_sentence(known, NAMES, UTC_CALENDAR)
    else:
        decoded = msgspec.json.decode(changes or "[]", type=tuple[FieldDifference, ...])
        sentence = notification_sentence(known, CONCERNED, NAMES, decoded)
    assert sentence
    assert "None" not in sentence
    return sentence
