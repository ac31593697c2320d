"""What a worker and a process that runs a part of a job send to each other."""

from msgspec import Struct

from resolvers.jobs.running import JobAttempt


class PartCall(Struct, frozen=True, array_like=True):
    """A function for a part of a job, by its module and name, and the job; `url` is that of the database."""

    url: str
    module: str
    name: str
    number: int
    attempt: JobAttempt
    parameters_json: str
    checkpoint_json: str | None


class PartAnswer(Struct, frozen=True, array_like=True):
    """How a part ended: with nothing, or with the name of an error and a sentence.

    A `rejection` is a declared failure or a request error that a repetition cannot mend.
    """

    stopped: str | None = None
    rejection: str | None = None
    error: str | None = None
