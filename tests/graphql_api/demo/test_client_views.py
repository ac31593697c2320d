"""The demo data as clients see it with the tokens that `make serve` prints."""

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.graphql_api.demo.conftest import Demo, SignedIn
from tests.support.client import document, gid


async def test_the_app_shows_the_ecp_its_registration_schemes_and_enrollments(signed_in: SignedIn) -> None:
    app = signed_in(Role.ECP)
    home = (await app.send(document("mobile/Home"))).data["viewer"]
    ecp = home["ecp"]
    assert (ecp["code"], ecp["statusLabel"], ecp["tier"]["name"]) == ("ECP-2025-000001", "Active", "Gold")
    assert (ecp["displayName"], ecp["geography"]["name"]) == ("Dr. Tara Sorvane", "Bengaluru")
    assert home["unreadCount"] == 1
    assert [sentences["kind"] for sentences in home["notifications"]["nodes"]] == [
        *["ENROLLMENT_DECIDED"] * 3,
        "ECP_VERIFIED",
    ]

    mine = (await app.send(document("mobile/MyEnrollments"))).data["viewer"]["ecp"]["enrollments"]
    assert [(node["scheme"]["title"], node["statusLabel"]) for node in mine["nodes"]] == [
        ("Contact Lens Starter Practices", "Decision pending"),
        ("Southern Synthetic Push", "Rejected"),
        ("Everyday Studio Points", "Withdrawn"),
        ("Everyday Optician Points", "Enrolled"),
    ]

    found = (await app.send(document("mobile/OpenSchemes"))).data["openSchemes"]["nodes"]
    assert {node["title"]: (node["viewerEnrollment"] or {}).get("status") for node in found} == {
        "Amberlane Coupon Festival": None,
        "Contact Lens Starter Practices": "PENDING",
        "Everyday Optician Points": "ENROLLED",
        "Everyday Studio Points": "WITHDRAWN",
        "Everyday Workshop Points": None,
    }


async def test_queues_of_managers_hold_ecps_and_enrollments(signed_in: SignedIn, demo: Demo) -> None:
    manager = signed_in(Role.PROGRAM_MANAGER)
    queues = (await manager.send("{ workQueues { key count } }")).data["workQueues"]
    counts = {queue["key"]: queue["count"] for queue in queues}
    assert all(counts.values())
    assert (counts["ADJUSTMENTS_TO_DECIDE"], counts["PARKED_SALES"]) == (1, 3)
    assert (counts["ECPS_TO_VERIFY"], counts["ENROLLMENTS_TO_DECIDE"]) == (52, 51)


async def test_the_history_of_a_scheme_shows_the_revision_that_took_effect_and_the_open_one(
    signed_in: SignedIn,
) -> None:
    asked = """{ schemes(first: 100, filter: {search: "Everyday"}) { nodes {
        title revisions { number changes { field } } openRevision { revision }
    } } }"""
    nodes = (await signed_in(Role.PROGRAM_MANAGER).send(asked)).data["schemes"]["nodes"]
    found = {
        node["title"]: ([revision["number"] for revision in node["revisions"]], node["openRevision"]) for node in nodes
    }
    assert found == {
        "Everyday Optician Points": ([1], None),
        "Everyday Studio Points": ([1, 2], None),
        "Everyday Workshop Points": ([1], {"revision": 2}),
    }


async def test_the_review_of_a_draft_shows_rules_for_nobody_and_few_and_an_overlap(
    signed_in: SignedIn, demo: Demo
) -> None:
    manager = signed_in(Role.PROGRAM_MANAGER)
    scheme_id = gid(NodeKind.SCHEME, demo.scheme("Maharashtra Excellence Circle")["id"])
    review = (await manager.run("SchemeReview", id=scheme_id))["node"]["review"]
    sentences = {reach["verdict"]: reach["sentence"] for reach in review["ruleReach"]}
    assert sentences["NOBODY"] == "No Gold ECP works in Pune; 41 Silver ECPs do."
    assert sentences["FEW"] == "Only 4 of 299 ECPs could qualify."
    codes = [warning["code"] for warning in review["warnings"]]
    assert {"REACHES_NOBODY", "REACHES_FEW", "OVERLAP"} <= set(codes)
