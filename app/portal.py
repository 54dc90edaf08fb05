"""How is the portal put together? `create_app()`: settings, database, queue, sign-in, screens, error pages."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from flask import Flask
from flask_admin import Admin
from sqlalchemy.orm import sessionmaker

from admin_views.kit.homes.home import HomeView
from admin_views.kit.partnership import remember_partnership
from admin_views.kit.registry import register_screens
from admin_views.kit.requests import Database, close_database_session, role
from app.accounts.access_links import take_links
from app.accounts.passkeys import offer_passkeys
from app.accounts.second_factors import ask_for_second_factor
from app.accounts.work_accounts import offer_work_accounts
from app.auth import start_sign_in
from app.bands import wear_band
from app.calendars import offer_calendars
from app.cli import register_commands
from app.doors import keep_doors
from app.errors import log_fault, show_errors
from app.health import measure
from app.letterhead import offer_letterhead
from app.logs import log_requests, start_logging
from app.looks import put_looks_on_record
from app.pages import dress
from app.security import guard
from app.servers.connections import Connections, connections_at_a_time
from app.servers.doorway import Doorway, Pace
from app.servers.local_servers import ensure_servers
from app.sessions import DatabaseSessions, is_somebodys
from app.settings import Settings, load_settings
from app.surveys import offer_surveys
from models.core.access import PEOPLES_ROLES, DatabaseRole
from models.core.db import PortalSession, make_engine, make_session_factory, refuse_unsafe_login


class Portal(Flask):
    """The web application; its faults are logged without the values that caused them."""

    def log_exception(self, exc_info: Any) -> None:
        log_fault(exc_info[1])


def create_app(
    settings: Settings | None = None,
    session_factory: sessionmaker[PortalSession] | None = None,
    sign_in_factory: sessionmaker[PortalSession] | None = None,
) -> Flask:
    """The whole portal. Settings come from the environment unless given; tests give their own session factories.

    It connects to nothing before the first request, so that commands which need no database run without one.
    """
    settings = settings or load_settings()
    app = Portal(__name__)
    app.extensions["settings"] = settings
    database = Database(lambda: session_factory or _connect(settings), settings.letterhead)
    own_door = sign_in_factory or session_factory
    door = Database(lambda: own_door or _connect_door(settings), settings.letterhead, keeps="sign_in_session")
    start_logging(settings.log_level)
    log_requests(app, role)
    guard(app, settings)
    app.session_interface = DatabaseSessions(database, settings)
    app.teardown_request(close_database_session)
    remember_partnership(app, database, settings.fixed)
    start_sign_in(app, database, door, settings)
    ask_for_second_factor(app, settings)
    offer_passkeys(app)
    take_links(app)
    offer_work_accounts(app)
    dress(app)
    offer_letterhead(app)
    wear_band(app, database)
    admin = Admin(app, name="Triangulate", index_view=HomeView(database), static_url_path="/unused")
    register_screens(admin, database)
    offer_calendars(app, database)
    offer_surveys(app, database)
    measure(app, database, settings.redis_url)
    keep_doors(app)
    show_errors(app)
    put_looks_on_record(app, database, door)
    register_commands(app)
    return app


def open_doorway() -> Doorway:
    """The portal of the environment's settings behind its doorway: what a web process serves."""
    return make_doorway(create_app())


def make_doorway(app: Flask) -> Doorway:
    """The portal behind its doorway, for granian's asynchronous interface."""
    settings: Settings = app.extensions["settings"]
    connections = Connections(per_network=0 if settings.proxy_count else connections_at_a_time() // 2)
    limit = app.config["MAX_CONTENT_LENGTH"]  # the portal's own: what it would take must not be thrown away before
    return Doorway(app, partial(is_somebodys, app), limit=limit, connections=connections, pace=Pace())


def _connect(settings: Settings) -> sessionmaker[PortalSession]:
    """Sessions for pages, refused when their login could bypass the row policies or be more than a person can be."""
    return _sessions_on(ensure_servers(settings).database_url, PEOPLES_ROLES)


def _connect_door(settings: Settings) -> sessionmaker[PortalSession]:
    """Sessions for sign-in, on a login that may become nothing else."""
    return _sessions_on(ensure_servers(settings).sign_in_url, (DatabaseRole.SIGN_IN,))


def _sessions_on(url: str, roles: Iterable[DatabaseRole]) -> sessionmaker[PortalSession]:
    engine = make_engine(url)
    with engine.connect() as connection:
        refuse_unsafe_login(connection, needs=roles)
    return make_session_factory(engine)
