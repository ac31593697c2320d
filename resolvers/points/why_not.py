"""The query whyNot: why a rule paid nothing for a line of a sale or a redeemed coupon, or that it paid (R22).

The answer comes from the valuation of the line. Only where a scheme has none, it comes from what was true of the ECP
and the scheme when the line was sold.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.ecps.rows import EcpRow
from db.points.line_reads import LINE_OF_SALE, REDEEMED_COUPON, AskedLineRow
from db.schemes.reads import RULES_BY_ID
from db.schemes.rows import SchemeRow
from domain.channels import EarningChannel
from domain.coupons.failures import CodeFault, InvalidCode
from domain.points.earning import Earner, SaleLine, earning_problems
from domain.requests import BadArgument
from domain.sales.ids import read_line_id
from domain.text import quote
from resolvers.context import Operation
from resolvers.ecps.loaders import ecps_by_id
from resolvers.points.earners import EarnerMoment, earners_at
from resolvers.points.valuation_loaders import ValuationView, valuations_of_sales
from resolvers.points.verdicts import RuleVerdictView, StatedVerdict
from resolvers.rules.loaders import names_of
from resolvers.schemes.loaders import schemes_by_id
from resolvers.schemes.revisions import content_in_force

Verdict = RuleVerdictView | StatedVerdict
_UNKNOWN_COUPON: Final = "This ECP has redeemed no coupon with this code."
_NOT_YET: Final = "The line is not valued in this scheme yet. Ask again in a moment."
_OTHER_SCHEME: Final = "The coupon is of another scheme, and a coupon earns only in its own."


class WhyNot(Struct, frozen=True):
    """What is asked about: a rule, and the id of a line of a sale or the code of a coupon."""

    ecp_id: UUID
    rule_id: UUID
    line: UUID | None = None
    coupon_code: str | None = None


async def why_not(operation: Operation, asked: WhyNot) -> Verdict:
    """Explain what a rule paid. Raises BadArgument for what does not exist or is not for the viewer."""
    (ecp,) = await ecps_by_id(operation, [asked.ecp_id])
    if ecp is None:
        raise BadArgument("This ECP does not exist.", "ecpId")
    line = await _line(operation, asked)
    valuations = await valuations_of_sales(operation, [(line.ecp, line.sold_at, line.sale)])
    of_line = [view for view in valuations if view.row.position == line.position]
    found = _of_valuations(of_line, asked.rule_id)
    return found or await _without_verdict(operation, asked.rule_id, ecp, line, of_line)


async def _line(operation: Operation, asked: WhyNot) -> AskedLineRow:
    """Find the line; that of another ECP is as unknown as one that does not exist."""
    if (asked.line is None) == (asked.coupon_code is None):
        raise BadArgument("Ask about either a line of a sale or a coupon.", "saleLineId")
    if asked.line is not None:
        place = read_line_id(asked.line)
        rows = [] if place is None else await operation.fetch(LINE_OF_SALE, sale=place[0], position=place[1])
        message, argument = "This ECP has no such line of a sale.", "saleLineId"
    else:
        rows = await _redeemed(operation, asked.coupon_code or "")
        message, argument = _UNKNOWN_COUPON, "couponCode"
    found = [row for row in rows if row.ecp_id == asked.ecp_id]
    if not found:
        raise BadArgument(message, argument)
    return found[0]


async def _redeemed(operation: Operation, text: str) -> list[AskedLineRow]:
    try:
        found = operation.coupon_keys.read(operation.qr_template.find_code(text))
    except InvalidCode as invalid:
        if invalid.fault is CodeFault.UNKNOWN:
            return []
        raise BadArgument(invalid.message, "couponCode") from None
    return await operation.fetch(REDEEMED_COUPON, serial=found.serial, key_id=found.key_id)


def _of_valuations(valuations: Sequence[ValuationView], rule_id: UUID) -> Verdict | None:
    """The verdict on the rule in the valuation whose revision has it, or what kept the whole line from earning."""
    for view in valuations:
        for position, rule in enumerate(view.content.rules, start=1):
            if rule.id == rule_id:
                found = view.found
                if found is not None and found.obstacles:
                    return StatedVerdict(" ".join(one.sentence for one in found.obstacles))
                verdict = view.verdicts.get(position)
                return None if verdict is None else verdict.verdict
    return None


async def _without_verdict(
    operation: Operation, rule_id: UUID, ecp: EcpRow, line: AskedLineRow, valuations: Sequence[ValuationView]
) -> Verdict:
    """Say why no valuation of the line has a verdict on the rule."""
    scheme, name = await _scheme_of_rule(operation, rule_id)
    if any(view.row.scheme_id == scheme.live_id for view in valuations):
        return StatedVerdict(f"The rule {quote(name)} was not part of the scheme when the line was sold.")
    if line.scheme_id not in {None, scheme.live_id}:
        return StatedVerdict(_OTHER_SCHEME)
    problems = await _problems(operation, scheme, ecp, line)
    return StatedVerdict(" ".join(problems) or _NOT_YET)


async def _scheme_of_rule(operation: Operation, rule_id: UUID) -> tuple[SchemeRow, str]:
    """The scheme of a rule that the viewer may see, and the rule's name. Raises BadArgument."""
    rows = await operation.fetch(RULES_BY_ID, ids=[rule_id])
    schemes = await schemes_by_id(operation, [row.scheme_id for row in rows])
    for row, scheme in zip(rows, schemes, strict=True):
        if scheme is not None:
            return scheme, row.rule.name
    raise BadArgument("This bonus rule does not exist.", "ruleId")


async def _problems(operation: Operation, scheme: SchemeRow, ecp: EcpRow, line: AskedLineRow) -> list[str]:
    """Write why the line could not earn in a scheme when it was sold."""
    content = await content_in_force(operation, scheme.live_id, line.sold_at)
    if content is None:
        return ["The scheme was not approved yet when the line was sold; sales before that earn nothing."]
    (found,) = await earners_at(operation, [EarnerMoment(ecp.id, scheme.live_id, line.sold_at)])
    (place, *_), names = found.geography_path, await names_of(operation, found.geography_path)
    earner = Earner(
        code=ecp.code,
        status=found.status,
        registered_at=ecp.registered_at,
        geography_path=found.geography_path,
        place=names.geographies[place],
        enrollment=found.enrollment,
    )
    channel = EarningChannel.SALE if line.scheme_id is None else EarningChannel.COUPON
    sold = SaleLine(
        channel=channel, variant_id=line.variant_id, sku=line.sku, quantity=max(line.quantity, 1), at=line.sold_at
    )
    problems = earning_problems(sold, earner, content, await operation.calendar(), operation.now)
    return [problem.message for problem in problems]
