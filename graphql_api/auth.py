"""Authentication: verifies a signed token or an API key, and reads the account behind it from the database."""

from collections.abc import Mapping

from domain.accounts.identities import Identity, Newcomer
from domain.requests import REVOKED_CREDENTIAL, RegistrationNeeded, Unauthenticated
from graphql_api.identity.issuers import load_issuers
from graphql_api.identity.tokens import TokenVerifier
from graphql_api.settings import Settings
from resolvers.accounts.create_api_key import KEY_PREFIX
from resolvers.accounts.first_sign_in import sign_in_identity
from resolvers.accounts.viewers import SignedIn, find_viewer_of_account, find_viewer_of_api_key
from resolvers.context import Operation


class Authenticator:
    """Verifies tokens with keys held in memory."""

    def __init__(self, settings: Settings) -> None:
        """Raise KeysUnavailable where tokens of no issuer could be verified."""
        issuers = load_issuers(settings)
        self._tokens = TokenVerifier(issuers.trusted, settings.token_leeway)
        self._provider = issuers.provider
        self._may_register = settings.self_registration

    async def viewer(self, operation: Operation, headers: Mapping[str, str]) -> SignedIn | None:
        """Return the sender of a request; None for an anonymous one. Raises Unauthenticated and ProviderUnavailable.

        Roles are read for every request. Only the verification of a signature is cached, until the token expires.
        """
        found = await self.viewer_or_newcomer(operation, headers)
        if isinstance(found, Newcomer):
            raise Unauthenticated(str(RegistrationNeeded()))
        return found

    async def viewer_or_newcomer(self, operation: Operation, headers: Mapping[str, str]) -> SignedIn | Newcomer | None:
        """Like `viewer`, for endpoints where people may register who have no account yet."""
        credential = _credential(headers)
        if credential is None:
            return None
        if credential.startswith(KEY_PREFIX):
            found = await find_viewer_of_api_key(operation, credential)
        else:
            token = await self._tokens.verify(credential)
            if isinstance(token.holder, Identity):
                return await sign_in_identity(operation, token.holder, token.expires, may_register=self._may_register)
            found = await find_viewer_of_account(operation, token.holder, token.expires)
        if found is None:
            raise Unauthenticated(REVOKED_CREDENTIAL)
        return found

    async def refresh_keys(self) -> None:
        """Fetch the keys of the identity provider now and then, for as long as the server runs."""
        if self._provider is not None:
            await self._provider.refresh_forever()


def _credential(headers: Mapping[str, str]) -> str | None:
    """Return the token or API key of a request. Raises Unauthenticated for a header without a bearer credential."""
    header = headers.get("authorization")
    if header is None:
        return headers.get("x-api-key")
    scheme, _, credential = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not credential.strip():
        message = "Send the credential as “Authorization: Bearer …”."
        raise Unauthenticated(message)
    return credential.strip()
