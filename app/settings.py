"""What did the operator set? The only reader of the environment: one frozen Settings, in plain words when wrong."""

from __future__ import annotations

import json
import os
import re
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.orm import Session

from app.server_addresses import with_scheme
from jobs.core.scanner import checked_address
from jobs.pdf.paper.letterhead import Logo, logo_png, read_logo
from models.core.access import Role
from models.core.words import names_in
from models.documents.evidence_files import UploadRules
from models.messages.agency_messages import Letterhead
from models.partnership.mail_servers import MailServer, mail_server_at
from models.partnership.partnership_settings import FixedSettings, partnership_facts
from models.partnership.portals import PortalKind

USUAL_TWO_FACTOR_ROLES = frozenset({Role.ADMINISTRATOR, Role.OFFICER, Role.SPONSOR})
NOBODY = "none"

PROJECT = Path(__file__).resolve().parents[1]
_SHORTEST_TOKEN = 20


class SettingsError(Exception):
    """The portal cannot start with these settings; the text says which and why, one sentence a line."""


class Settings(BaseSettings):
    """Everything an operator may set. Names in the environment are the field names in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    database_url: str = Field("", repr=False, description="PostgreSQL address with the login of pages")
    database_sign_in_url: str = Field("", repr=False, description="the same with the login of signing in, for the web")
    database_jobs_url: str = Field("", repr=False, description="the same with the login of jobs, for all but the web")
    database_owner_url: str = Field("", repr=False, description="the same with the owner's login, for migrations only")
    database_administrator_url: str = Field(
        "", repr=False, description="the same database with a login that sees every row; for backup and restore only"
    )
    redis_url: str = Field("", repr=False, description="Valkey or Redis address of the job queue")
    data_dir: Path = Field(PROJECT / ".data", description="where the embedded servers and generated secrets live")
    host: str = Field("127.0.0.1", description="address the web server listens on")
    port: int = Field(8000, ge=1, le=65535, description="port the web server listens on")
    web_workers: int = Field(2, ge=1, le=64, description="web processes")
    workers: int = Field(2, ge=1, le=64, description="processes that do jobs; of several, one does short jobs only")
    public_url: str = Field("", description="the address people type, for links in mails")
    proxy_count: int = Field(0, ge=0, le=5, description="how many trusted proxies stand in front")
    partnership_name: str = Field(
        "", max_length=200, description="the partnership's name, where it is not kept on screen"
    )
    partnership_logo: Path | None = Field(None, description="a PNG or JPEG file for the first page of documents")
    secret_key: str = Field("", repr=False, description="signs forms and cookies; the same on every machine")
    demo: bool = Field(True, description="fill an empty portal with the demonstration; no starts your own")
    demo_password: str = Field("", repr=False, description="password of the demo people; generated when empty")
    smtp_url: str = Field("", repr=False, description="smtp://user:password@host:port?tls=starttls, or smtps://")
    mail_from: str = Field("", description="sender of the portal's mails")
    two_factor_roles: str = Field(
        "", description="roles that must sign in with a second factor: administrator, officer, …; none for nobody"
    )
    work_account_secrets: str = Field(
        "", repr=False, description='secrets of the issuers of work accounts: {"https://issuer.example": "secret"}'
    )
    session_idle_minutes: int = Field(60, ge=1, le=1440)
    session_hours: int = Field(12, ge=1, le=168)
    cookie_secure: bool | None = Field(None, description="send cookies over https only; by default when PUBLIC_URL is")
    metrics_token: str = Field(
        "", repr=False, description="lets Prometheus read /metrics; without one nobody may, 20 characters or more"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    upload_limit_mb: int = Field(200, ge=1, le=2000, description="largest case list, and the most of any one request")
    document_limit_mb: int = Field(25, ge=1, le=200, description="largest other file, and the most of its request")
    clamav_address: Annotated[str, AfterValidator(checked_address)] = Field("", description="where clamd is")

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("partnership_logo")
    @classmethod
    def _picture(cls, value: Path | None) -> Path | None:
        if value is not None:
            read_logo(value)
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator(
        *("database_url", "database_sign_in_url", "database_jobs_url"),
        *("database_owner_url", "database_administrator_url"),
    )
    @classmethod
    def _postgresql(cls, value: str) -> str:
        return with_scheme(value, "a PostgreSQL address: postgresql://login:password@host/database", "postgres")

    @field_validator("redis_url")
    @classmethod
    def _valkey(cls, value: str) -> str:
        form = "a Valkey address: redis://:password@host:6379/0, rediss://… or unix:///path"
        checked = with_scheme(value, form, "redis", "valkey", "unix")
        return re.sub(r"^valkey(s?)://", r"redis\1://", checked)  # libraries know both servers by the older name

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        return with_scheme(value, "a web address: https://portal.example.org", "http").rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        form = "a mail server: smtp://user:password@host:587?tls=starttls or smtps://user:password@host"
        checked = with_scheme(value, form, "smtp")
        if checked and not mail_server_at(checked, "").host:
            raise ValueError(f"must be {form}")
        return checked

    @field_validator("two_factor_roles")
    @classmethod
    def _known_roles(cls, value: str) -> str:
        named = names_in(value)
        if named - set(Role) and named != {NOBODY}:
            raise ValueError(f"must name roles, separated by commas, out of {', '.join(Role)}, or be {NOBODY}")
        return value

    @field_validator("work_account_secrets")
    @classmethod
    def _secret_of_each(cls, value: str) -> str:
        try:
            said = json.loads(value or "{}")
        except ValueError:
            said = None
        if not isinstance(said, dict) or not all(isinstance(secret, str) and secret for secret in said.values()):
            raise ValueError('must be {"https://issuer.example": "secret"}, one pair for each issuer that gave one')
        return value

    @field_validator("metrics_token")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        if value and (len(value) < _SHORTEST_TOKEN or not value.isascii() or not value.isprintable() or " " in value):
            raise ValueError(f"must be {_SHORTEST_TOKEN} letters, digits and signs or more, without spaces")
        return value

    @model_validator(mode="after")
    def _limits_hold(self) -> Settings:
        if self.document_limit_mb > self.upload_limit_mb:
            raise ValueError("DOCUMENT_LIMIT_MB: must not be more than UPLOAD_LIMIT_MB, the most of any one request")
        return self

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Settings:
        if (self.smtp_url or self.mail_from) and "@" not in self.mail_from:
            raise ValueError("MAIL_FROM: must name the sender, such as portal@example.org, when SMTP_URL is set")
        return self

    @property
    def is_managed(self) -> bool:
        """Whether the operator names a database, by whichever login; otherwise the embedded one is used."""
        return bool(self.database_url or self.database_jobs_url or self.database_owner_url)

    @property
    def address(self) -> str:
        """The address people open. On this machine by its name: browsers refuse passkeys at a host's number."""
        host = f"[{self.host}]" if ":" in self.host else "localhost" if self.host == "127.0.0.1" else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @cached_property
    def logo(self) -> Logo | None:
        """The partnership's logo, read once and re-encoded; None without one."""
        return read_logo(self.partnership_logo) if self.partnership_logo else None

    @cached_property
    def fixed(self) -> FixedSettings:
        """What is set here of all that administrators could set on screen otherwise; it wins."""
        logo = logo_png(self.logo) if self.logo else b""
        return FixedSettings(self.partnership_name, logo, self.mail_server, self.mail_from)

    def letterhead(self, session: Session) -> Letterhead:
        """What every letter carries: the portal's address, and the partnership's name as it is now."""
        return Letterhead(self.address, partnership_facts(session, self.fixed).name)

    @property
    def upload_rules(self) -> UploadRules:
        """What holds for every file that somebody sends as evidence."""
        return UploadRules(self.document_limit_mb, has_scanner=bool(self.clamav_address))

    def forced_roles(self, kind: PortalKind | None) -> frozenset[Role]:
        """The roles that must use a second factor before they do anything else, in a portal of that kind.

        Unless they are set, in a partnership's own portal those who see and decide most; an authenticator app needs
        nothing of the portal. In the demonstration nobody: its password is printed for everybody to look around.
        """
        if not self.two_factor_roles:
            return USUAL_TWO_FACTOR_ROLES if kind is PortalKind.OWN else frozenset()
        return frozenset(map(Role, names_in(self.two_factor_roles) - {NOBODY}))

    def secret_at(self, issuer: str) -> str:
        """The portal's secret at the issuer of work accounts of that address; "" where none is set."""
        secrets_set: dict[str, str] = json.loads(self.work_account_secrets or "{}")
        return secrets_set.get(issuer, "")

    @property
    def is_cookie_secure(self) -> bool:
        """Whether cookies go over https only: when set so, or when the public address is https."""
        return self.address.startswith("https://") if self.cookie_secure is None else self.cookie_secure

    @property
    def mail_server(self) -> MailServer | None:
        """The server to send mail to; None: messages are kept, to be read in a screen."""
        return mail_server_at(self.smtp_url, self.mail_from) if self.smtp_url else None


def _role_names(listed: str) -> set[str]:
    """The names of a comma-separated list.

    >>> sorted(_role_names("officer, administrator,"))
    ['administrator', 'officer']
    """
    return {name.strip().lower() for name in listed.split(",")} - {""}


def load_settings() -> Settings:
    """Read the environment once. Secrets nobody set are made and kept in DATA_DIR, readable by this user only.

    Raises SettingsError with one plain sentence per wrong setting.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(_sentences(error)) from None
    try:
        secret_key = settings.secret_key or kept_secret(settings.data_dir, "secret_key")
    except OSError as error:
        raise SettingsError(
            f"DATA_DIR {settings.data_dir} cannot be written ({error.strerror}):"
            " set another DATA_DIR, or set SECRET_KEY."
        ) from None
    return settings.model_copy(update={"secret_key": secret_key})


def demo_password(settings: Settings) -> str:
    """The password of the demo people, made on first use; only a portal that holds the demonstration asks for it."""
    return settings.demo_password or kept_secret(settings.data_dir, "demo_password")


def kept_secret(data_dir: Path, name: str) -> str:
    """The secret of that name in the data folder, made on first use; two simultaneous processes get the same one."""
    path = data_dir / name
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(_KEPT[name]), encoding="utf-8")
        _keep_first(draft, path)
    return path.read_text(encoding="utf-8").strip()


_KEPT = {"secret_key": 48, "demo_password": 9}  # bytes of randomness


def _keep_first(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def environment_now() -> dict[str, str]:
    """What this process was told, for those it starts."""
    return dict(os.environ)


def _sentences(error: ValidationError) -> str:
    """One line for each problem. What concerns several settings names them itself."""
    problems = error.errors(include_url=False, include_input=False)
    return "\n".join(
        f"{''.join(f'{name}: '.upper() for name in problem['loc'])}{problem['msg'].removeprefix('Value error, ')}."
        for problem in problems
    )
