"""The issuers that the settings name, with the sources of their keys."""

from typing import Final

from msgspec import Struct

from graphql_api.identity.development import DevelopmentKey
from graphql_api.identity.key_file import KeyFile
from graphql_api.identity.keys import KeySource, KeysUnavailable
from graphql_api.identity.provider import ProviderKeys
from graphql_api.identity.tokens import Issuer
from graphql_api.settings import Settings

_NO_KEYS: Final = (
    "Tokens cannot be verified: set TESSERA_JWT_KEYS to a JWKS or PEM file, TESSERA_OIDC_ISSUER to the URL of an "
    "identity provider, or TESSERA_ENV=dev on your own machine."
)
_SAME_ISSUER: Final = (
    "TESSERA_JWT_ISSUER and TESSERA_OIDC_ISSUER are the same, but an issuer has only one source of keys: "
    "change one of them."
)


class Issuers(Struct, frozen=True):
    """The trusted issuers. The keys of the `provider`, if there is one, are to be refreshed while the server runs."""

    trusted: tuple[Issuer, ...]
    provider: ProviderKeys | None


def load_issuers(settings: Settings) -> Issuers:
    """Return the issuers that the settings name. Raises KeysUnavailable."""
    own, provider = _own_keys(settings), _provider_keys(settings)
    trusted = []
    if own is not None:
        trusted.append(
            Issuer(name=settings.jwt_issuer, audience=settings.jwt_audience, algorithm=settings.jwt_algorithm, keys=own)
        )
    if provider is not None and settings.oidc_issuer is not None:
        if settings.oidc_issuer == settings.jwt_issuer:
            raise KeysUnavailable(_SAME_ISSUER)
        trusted.append(
            Issuer(
                name=settings.oidc_issuer,
                audience=settings.oidc_audience or settings.jwt_audience,
                algorithm=settings.oidc_algorithm,
                keys=provider,
                is_provider=True,
            )
        )
    if not trusted:
        raise KeysUnavailable(_NO_KEYS)
    return Issuers(tuple(trusted), provider)


def _own_keys(settings: Settings) -> KeySource | None:
    if settings.jwt_keys is not None:
        return KeyFile(settings.jwt_keys, settings.jwt_algorithm)
    return DevelopmentKey(settings) if settings.development else None


def _provider_keys(settings: Settings) -> ProviderKeys | None:
    if settings.oidc_issuer is None:
        return None
    return ProviderKeys(settings.oidc_issuer, settings.oidc_algorithm, local=settings.development)
