"""Segments hold all serials of a line, and there are at most 64 of them (N3)."""

from hypothesis import given
from hypothesis import strategies as st

from domain.consignments.segments import choose_segment_bits, cut_by_segment
from domain.spans import LAST_SERIAL, Span, Spans

PIECES = st.lists(st.tuples(st.integers(0, LAST_SERIAL), st.integers(0, 300_000)), min_size=1, max_size=12)
SETS = PIECES.map(lambda pairs: Spans.of(Span(first, min(LAST_SERIAL, first + more)) for first, more in pairs))


@given(SETS)
def test_segments_are_few_and_as_small_as_can_be(serials: Spans) -> None:
    bits = choose_segment_bits(serials)
    assert 12 <= bits <= 32
    assert len(list(cut_by_segment(serials, bits))) <= 64
    if bits > 12:
        assert len(list(cut_by_segment(serials, bits - 1))) > 64


@given(SETS, st.integers(12, 32))
def test_the_pieces_are_the_whole(serials: Spans, bits: int) -> None:
    bits = max(bits, choose_segment_bits(serials))
    pieces = list(cut_by_segment(serials, bits))
    assert [segment for segment, _ in pieces] == sorted({segment for segment, _ in pieces})
    assert Spans.of(span for _, piece in pieces for span in piece) == serials
    for segment, piece in pieces:
        assert piece
        assert piece == Spans.of(piece)
        assert all(span.first >> bits == span.last >> bits == segment for span in piece)


def test_nothing_has_no_segments() -> None:
    assert choose_segment_bits(Spans()) == 12
    assert list(cut_by_segment(Spans(), 12)) == []


def test_all_serials_there_are_fit() -> None:
    assert choose_segment_bits(Spans((Span(0, LAST_SERIAL),))) == 26
