"""Are the operator's settings read once, kept safe, and refused in plain words?"""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.servers.supervisor import child_environment
from app.settings import Settings, SettingsError, demo_password, kept_secret, load_settings
from jobs.core.mail import MailServer


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))


def test_portal_starts_without_any_setting() -> None:
    settings = load_settings()
    assert settings.address == "http://localhost:8000"
    assert settings.mail_server is None
    assert not settings.is_cookie_secure


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eight thousand", "PORT: "),
        ("PORT", "0", "PORT: "),
        ("PORT", "65536", "PORT: "),
        ("LOG_LEVEL", "loud", "LOG_LEVEL: "),
        ("DATABASE_URL", "mysql://ann:secretword@host/db", "DATABASE_URL: must be a PostgreSQL address"),
        ("METRICS_TOKEN", "secretword", "METRICS_TOKEN: must be 20 letters, digits and signs or more"),
        ("REDIS_URL", "http://host", "REDIS_URL: must be a Valkey address"),
        ("SMTP_URL", "mail.example.org", "SMTP_URL: must be a mail server"),
        ("SMTP_URL", "smtp://", "SMTP_URL: must be a mail server"),
        ("SMTP_URL", "smtp://host?tls=perhaps", "SMTP_URL: must end in tls=starttls"),
        ("PUBLIC_URL", "portal.example.org", "PUBLIC_URL: must be a web address"),
        ("PARTNERSHIP_NAME", "x" * 201, "PARTNERSHIP_NAME: "),
    ],
)
def test_wrong_setting_is_named_in_one_line_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    assert str(refusal.value).startswith(sentence)
    assert "\n" not in str(refusal.value)
    assert "secretword" not in str(refusal.value)


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("LOG_LEVEL", "x")
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    assert [line.partition(":")[0] for line in str(refusal.value).splitlines()] == ["PORT", "LOG_LEVEL"]


def test_empty_setting_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    assert load_settings().port == 8000


def test_generated_secrets_are_kept_and_closed_to_others() -> None:
    first, second = load_settings(), load_settings()
    assert (first.secret_key, demo_password(first)) == (second.secret_key, demo_password(second))
    assert len(first.secret_key) >= 64
    for name in ("secret_key", "demo_password"):
        assert stat.S_IMODE((first.data_dir / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("said", ["", "yes", "no"])
def test_password_of_the_demo_is_made_only_where_somebody_asks_for_it(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("DEMO", said)
    settings = load_settings()
    assert settings.demo is (said != "no")
    assert not (settings.data_dir / "demo_password").exists()
    told = child_environment(settings, database_url="postgresql://app@host/db", redis_url="redis://host")
    assert "DEMO_PASSWORD" not in told


def test_secret_another_process_kept_first_is_the_one_used(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("theirs\n")
    assert kept_secret(tmp_path, "secret_key") == "theirs"


def test_given_secrets_need_no_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "k" * 64)
    assert load_settings().secret_key == "k" * 64
    monkeypatch.setenv("DEMO_PASSWORD", "given words")
    assert demo_password(load_settings()) == "given words"
    assert not (tmp_path / "data").exists()


def test_data_folder_that_cannot_be_made_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file" / "data"))
    with pytest.raises(SettingsError, match="cannot be written"):
        load_settings()


def test_settings_cannot_be_changed_and_their_secrets_are_not_shown() -> None:
    settings = Settings(secret_key="hidden words", database_url="postgresql://ann:hidden@host/db")
    with pytest.raises(ValidationError):
        settings.port = 1
    assert "hidden" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 587, "qa@example.org", tls="starttls")),
        ("smtp://127.0.0.1:2525", MailServer("127.0.0.1", 2525, "qa@example.org", tls="none")),
        ("smtp://a%40b:p%2Fq@mail:2525?tls=none", MailServer("mail", 2525, "qa@example.org", "a@b", "p/q", "none")),
        ("smtps://mail", MailServer("mail", 465, "qa@example.org", tls="implicit")),
    ],
)
def test_mail_server_is_read_from_its_address(url: str, server: MailServer) -> None:
    assert Settings(smtp_url=url, mail_from="qa@example.org").mail_server == server


def test_mail_server_without_a_sender_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://mail.example.org")
    with pytest.raises(SettingsError, match=r"^MAIL_FROM: must name the sender"):
        load_settings()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("valkey://:p@host:6379/0", "redis://:p@host:6379/0"),
        ("valkeys://host", "rediss://host"),
        ("redis://host", "redis://host"),
        ("unix:///run/valkey.sock?db=0", "unix:///run/valkey.sock?db=0"),
    ],
)
def test_queue_is_addressed_by_the_name_libraries_know(given: str, used: str) -> None:
    assert Settings(redis_url=given).redis_url == used


def test_cookies_are_secure_where_the_public_address_is() -> None:
    assert Settings(public_url="https://portal.example.org/").is_cookie_secure
    assert Settings(public_url="https://portal.example.org/").address == "https://portal.example.org"
    assert not Settings(public_url="https://portal.example.org", cookie_secure=False).is_cookie_secure


def test_portal_processes_are_not_told_the_owners_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@host/db")
    told = child_environment(load_settings(), database_url="postgresql://app@host/db", redis_url="redis://host")
    assert "DATABASE_OWNER_URL" not in told
    assert told["DATABASE_URL"] == "postgresql://app@host/db"
    assert told["SECRET_KEY"] == load_settings().secret_key
