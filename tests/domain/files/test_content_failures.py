"""Rejected contents: each fault is a sentence that names the file and says what to do."""

import pytest

from domain.failures import UserErrorCode
from domain.files.content_failures import ContentFault, ContentRejected


@pytest.mark.parametrize("fault", list(ContentFault))
def test_every_fault_is_a_sentence(fault: ContentFault) -> None:
    rejection = ContentRejected("label.svg", fault, "a detail")
    assert rejection.message.startswith("“label.svg” ")
    assert rejection.message.endswith((" it.", " again.", " need.", " upload that."))
    assert "{" not in rejection.message
    assert (rejection.code, rejection.path) == (UserErrorCode.INVALID, ("input", "uploadId"))


def test_a_sentence_says_what_was_found_and_what_to_do() -> None:
    rejection = ContentRejected("label.svg", ContentFault.SCRIPT)
    assert rejection.message == "“label.svg” contains a script. Export it without scripts and upload it again."
