"""Every setting of the server, read from the environment."""

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.accounts.identities import ISSUER_LENGTH
from domain.coupons.labels import DEFAULT_TEMPLATE, template_problem
from domain.epcis.identifiers import DEFAULT_BASE
from domain.files.facts import PURPOSE_RULES, UploadLimits, UploadPurpose
from domain.rules.reach import ReachPolicy
from domain.sales.facts import SalesPolicy
from domain.webhooks.addresses import LOOPBACK, Network, WebhookPolicy
from graphql_api.body_limits import BodyLimits
from graphql_api.origins import Origins, origin_problem

# Algorithms with a public key: a server that verifies tokens by a shared secret could also make them.
SignatureAlgorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_MEGABYTE: Final = 2**20
_GIGABYTE: Final = 2**30


class Settings(BaseSettings):
    """Names in the environment begin with `TESSERA_`, but for `PORT` and those that begin with `DATABASE_`."""

    model_config = SettingsConfigDict(env_prefix="TESSERA_", populate_by_name=True, extra="ignore")

    env: Literal["dev", "production"] | None = Field(
        None, description="dev shows development tokens and GraphiQL; dev unless DATABASE_URL is set."
    )
    database_url: SecretStr | None = Field(
        None, validation_alias="DATABASE_URL", description="The PostgreSQL primary; an embedded one when unset."
    )
    database_migration_url: SecretStr | None = Field(
        None,
        validation_alias="DATABASE_MIGRATION_URL",
        description="The same database for its owner, who migrates it; DATABASE_URL when unset.",
    )
    database_read_url: SecretStr | None = Field(
        None, validation_alias="DATABASE_READ_URL", description="A streaming replica that answers queries."
    )
    statement_timeout: float = Field(5.0, gt=0, le=3600, description="How many seconds a SQL statement may take.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="What is logged: every operation at info, failures and slow ones above it."
    )
    pool_size: int = Field(10, ge=1, le=1000, description="Connections per process, to each of primary and replica.")
    workers: int = Field(1, ge=1, le=64, description="Processes on the one port, each with separate connections.")
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, validation_alias="PORT", description="The port; 0 takes any free one.")
    data_dir: Path = Field(Path(".tessera"), description="Where the embedded database and development keys live.")
    jwt_keys: Path | None = Field(
        None, description="A JWKS file, or a public key in PEM, that tokens are verified with; required in production."
    )
    jwt_algorithm: str = Field("EdDSA", description="The one algorithm that tokens may be signed with.")
    jwt_issuer: str = Field("tessera", description="The `iss` that tokens must carry.")
    jwt_audience: str = Field("tessera", description="The `aud` that tokens must carry.")
    oidc_issuer: str | None = Field(
        None,
        max_length=ISSUER_LENGTH,
        description="The URL of an OpenID Connect provider whose tokens are accepted, as they have it in `iss`.",
    )
    oidc_algorithm: SignatureAlgorithm = Field(
        "RS256", description="The one algorithm that its tokens may be signed with."
    )
    oidc_audience: str | None = Field(
        None, description="The `aud` that its tokens must carry; TESSERA_JWT_AUDIENCE when unset."
    )
    token_leeway: float = Field(
        30.0, ge=0, le=300, description="By how many seconds the clocks of issuers may differ from ours."
    )
    self_registration: bool = Field(
        default=True,
        description="Whether people of the identity provider may register as ECPs without an account.",
    )
    coupon_keys: SecretStr | None = Field(
        None,
        description="The secrets from which codes of coupons are derived, as id:base64 with commas; the one with the "
        "largest id is for new coupons. Required in production before coupons are generated.",
    )
    link_secret: SecretStr | None = Field(
        None,
        description="The secret that signs links, in base64: at least 32 bytes, the same for all servers of a "
        "database. Required in production before codes are downloaded.",
    )
    link_lifetime: float = Field(15.0, gt=0, le=1440, description="For how many minutes a signed link opens.")
    qr_template: str = Field(
        DEFAULT_TEMPLATE, description="What the QR code of a coupon contains; {code} stands for its code."
    )
    files: str | None = Field(
        None,
        description="Where contents of files are: a folder, or the URL of an object store such as s3://bucket/prefix.",
    )
    upload_limits: Annotated[Mapping[UploadPurpose, int], NoDecode] = Field(
        default_factory=lambda: dict(UploadLimits().bytes_by_purpose),
        description="The largest files in megabytes, as purpose:number with commas; others keep their defaults.",
    )
    open_uploads: int = Field(20, ge=1, le=10_000, description="How many unfinished uploads an account may have.")
    upload_volume: float = Field(
        10.0, gt=0, description="How many gigabytes an account may begin to upload in 24 hours."
    )
    identifier_base: str = Field(
        DEFAULT_BASE,
        pattern=r"^(https://[a-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~-]+)*|urn:[a-z0-9][a-z0-9-]{0,30})$",
        description="What identifiers in EPCIS events begin with where the program has no GS1 keys, like "
        "https://id.example.com/coupons. Choose it once: identifiers never change.",
    )
    fonts: Path | None = Field(
        None, description="A folder with fonts for documents, for scripts that the installed fonts do not have."
    )
    traces_endpoint: str | None = Field(None, description="Where to send OpenTelemetry traces; needs `tessera[otel]`.")
    event_retention: float = Field(
        7.0, gt=0, le=3650, description="For how many days events are kept; older cursors have expired."
    )
    allowed_origins: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="Origins like https://portal.example.com, with commas, whose pages may call the API; * allows all. "
        "In development every origin of localhost may.",
    )
    webhook_networks: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="Networks like 10.1.0.0/16, with commas, that webhooks may call although they are not public."
    )
    revision_interval: float = Field(
        1.0, gt=0, le=86400, description="How many seconds a revision of a scheme may take effect too late."
    )
    jobs: int = Field(
        4, ge=0, le=100, description="How many jobs each process runs at once; with 0, only others run jobs."
    )
    jobs_per_account: int = Field(
        2, ge=1, le=100, description="How many jobs of one account run at once, in all processes together."
    )
    job_processes: int = Field(
        1, ge=1, le=64, description="How many processes the jobs of a process may start for heavy computation."
    )
    job_memory: int = Field(
        1024**3, ge=128 * 1024**2, description="How many bytes of memory each of these processes may use."
    )
    few_ecps: int = Field(10, ge=0, description="A rule that fewer ECPs could meet reaches few.")
    few_percent: float = Field(
        1.0, ge=0, le=100, description="So does one that a smaller share of the ECPs of its scheme could meet."
    )
    sale_days: int = Field(
        90, ge=1, le=3_650, description="How many days old a sale may be when it is reported; older ones are rejected."
    )
    body_limit: int = Field(1024 * 1024, ge=1024, description="The largest request body, in bytes.")
    bulk_limit: int = Field(
        8 * 1024 * 1024, ge=1024, description="The largest body of a signed-in request that reports sales, in bytes."
    )

    @property
    def development(self) -> bool:
        """Whether this is a developer's machine: said so, or no database was named."""
        return self.env == "dev" or (self.env is None and self.database_url is None)

    @property
    def webhook_policy(self) -> WebhookPolicy:
        """Where webhooks may go: anywhere public by https, and on a developer's machine by http, also to itself."""
        local = LOOPBACK if self.development else ()
        return WebhookPolicy(https_only=not self.development, allowed=(*self.webhook_networks, *local))

    @property
    def origins(self) -> Origins:
        """The origins whose pages may call the API."""
        return Origins(named=self.allowed_origins, local=self.development)

    @property
    def file_limits(self) -> UploadLimits:
        """The limits of uploads."""
        return UploadLimits(
            bytes_by_purpose=self.upload_limits,
            open_per_account=self.open_uploads,
            bytes_per_day=int(self.upload_volume * _GIGABYTE),
        )

    @property
    def reach_policy(self) -> ReachPolicy:
        """How many ECPs are few."""
        return ReachPolicy(self.few_ecps, self.few_percent)

    @property
    def body_limits(self) -> BodyLimits:
        """How large requests may be."""
        return BodyLimits(self.body_limit, max(self.body_limit, self.bulk_limit))

    @property
    def sales_policy(self) -> SalesPolicy:
        """Which sales may be reported."""
        return SalesPolicy(timedelta(days=self.sale_days))

    @field_validator("qr_template")
    @classmethod
    def _check_template(cls, value: str) -> str:
        if (problem := template_problem(value)) is not None:
            raise ValueError(problem)
        return value

    @field_validator("upload_limits", mode="before")
    @classmethod
    def _read_limits(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        given = (part.strip().partition(":") for part in value.split(",") if part.strip())
        read = {UploadPurpose(purpose.strip()): int(megabytes) * _MEGABYTE for purpose, _, megabytes in given}
        if not read.keys() <= PURPOSE_RULES.keys() or min(read.values(), default=1) < 1:
            message = f"Write purposes out of {', '.join(PURPOSE_RULES)} with positive numbers, such as LOGO:2."
            raise ValueError(message)
        return {**UploadLimits().bytes_by_purpose, **read}

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _read_origins(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        origins = frozenset(origin.strip() for origin in value.split(",") if origin.strip())
        for origin in sorted(origins):
            if (problem := origin_problem(origin)) is not None:
                raise ValueError(f"{problem}.")
        return origins

    @field_validator("webhook_networks", mode="before")
    @classmethod
    def _read_networks(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(ip_network(network.strip()) for network in value.split(",") if network.strip())
        return value
