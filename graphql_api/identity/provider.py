"""The keys of an OpenID Connect provider, found by discovery and kept in memory.

https://openid.net/specs/openid-connect-discovery-1_0.html
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final

import structlog

from domain.requests import ProviderUnavailable
from graphql_api.identity.fetching import FETCH_TIMEOUT_S, ProviderFailed, fetch_document, secure_url_problem
from graphql_api.identity.keys import FoundKey, KeySet, KeysUnavailable, read_key_set
from graphql_api.rounds import run_round

# A key that the provider removed is good for an hour at most. Half of that leaves time for a round that fails.
REFRESH_INTERVAL_S: Final = 1800.0
# The shortest time between two fetches, which unknown key ids in tokens cause at most.
FETCH_PAUSE_S: Final = 30.0
DISCOVERY_PATH: Final = "/.well-known/openid-configuration"

_log = structlog.get_logger("tessera.identity")


class ProviderKeys:
    """The keys of a provider. While it does not answer, those from before stay in use."""

    def __init__(
        self,
        issuer: str,
        algorithm: str,
        *,
        local: bool = False,
        timeout: float = FETCH_TIMEOUT_S,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """With `local`, the provider may be on this machine, without TLS; `timeout` is that of each document.

        Raises KeysUnavailable for a URL that is not secure.
        """
        if (problem := secure_url_problem(issuer, local=local)) is not None:
            message = f"TESSERA_OIDC_ISSUER cannot be {issuer}: {problem}."
            raise KeysUnavailable(message)
        self._issuer = issuer
        self._algorithm = algorithm
        self._local = local
        self._timeout = timeout
        self._clock = clock
        self._keys = KeySet({})
        self._version = 0
        self._fetching: asyncio.Task[bool] | None = None
        self._fetched_at: float | None = None

    @property
    def version(self) -> int:
        """The number of changes so far."""
        return self._version

    @property
    def loaded(self) -> bool:
        """Whether the provider has ever answered."""
        return bool(self._keys.by_id)

    async def find(self, key_id: str | None) -> FoundKey | None:
        """Find the key that a token names; None if there is none.

        An unknown id may belong to a new key, so it causes a fetch, but none within 30 seconds of another one.
        Requests that come meanwhile wait for the same fetch. Raises ProviderUnavailable before the first answer.
        """
        key = self._keys.find(key_id)
        if key is None and self._may_fetch():
            await self.refresh()
            key = self._keys.find(key_id)
        if not self.loaded:
            raise ProviderUnavailable
        return None if key is None else FoundKey(key, self._version)

    async def refresh(self) -> bool:
        """Fetch the keys now, or wait for the fetch that runs; return whether the provider answered."""
        if self._fetching is None:
            self._fetched_at = self._clock()
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._forget_fetch)
        # A request that is canceled does not cancel the fetch for the others.
        return await asyncio.shield(self._fetching)

    async def refresh_forever(self, *, interval: float = REFRESH_INTERVAL_S, pause: float = FETCH_PAUSE_S) -> None:
        """Fetch the keys every `interval` seconds, and after `pause` seconds when the provider did not answer."""
        while True:
            answered = await run_round("identity provider", self.refresh())
            await asyncio.sleep(interval if answered else pause)

    def _may_fetch(self) -> bool:
        if self._fetching is not None or self._fetched_at is None:
            return True
        return self._clock() - self._fetched_at >= FETCH_PAUSE_S

    def _forget_fetch(self, _task: asyncio.Task[bool]) -> None:
        self._fetching = None

    async def _fetch(self) -> bool:
        try:
            document = await fetch_document(await self._discover(), timeout=self._timeout)
            keys = read_key_set(document, self._algorithm)
        except (ProviderFailed, ValueError) as failure:
            advice = "The keys from before stay in use." if self.loaded else "Its tokens cannot be verified until then."
            _log.warning("identity provider failed", issuer=self._issuer, reason=str(failure), advice=advice)
            return False
        if keys != self._keys:
            self._keys = keys
            self._version += 1
            _log.info("identity provider has new keys", issuer=self._issuer, keys=len(keys.by_id))
        return True

    async def _discover(self) -> str:
        """Return the address of the keys. Raises ProviderFailed."""
        url = self._issuer.rstrip("/") + DISCOVERY_PATH
        document = await fetch_document(url, timeout=self._timeout)
        if document.get("issuer") != self._issuer:
            message = f"{url} describes another issuer"
            raise ProviderFailed(message)
        address = document.get("jwks_uri")
        problem = secure_url_problem(address, local=self._local) if isinstance(address, str) else "it is missing"
        if problem is not None:
            message = f"The jwks_uri of {url} cannot be used: {problem}"
            raise ProviderFailed(message)
        return str(address)
