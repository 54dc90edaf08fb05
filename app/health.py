"""Is the portal alive, is it ready, and how busy is it?"""

from __future__ import annotations

import time
from hmac import compare_digest
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from admin_views.kit.requests import Database
from app.settings import Settings
from jobs.core.scanner import scanner_answers
from models.core.change_log import Tail, unsealed_tail
from models.core.clock import now

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})  # each made-up one would be kept
health = Blueprint("health", __name__)


@health.get("/healthz")
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="alive")


@health.get("/readyz")
def ready() -> ResponseReturnValue:
    """Whether database, queue and scanner are ready. Without the others people can work, so the database decides.

    That the change log is not sealed as it should be is said beside them.
    """
    checks: dict[str, Any] = current_app.extensions["health"]
    readiness = {"database": _database_answers(checks["database"]), "valkey": _queue_answers(checks["redis_url"])}
    scanner = current_app.extensions["settings"].clamav_address
    told = readiness | ({"scanner": scanner_answers(scanner)} if scanner else {})
    words = {name: "ready" if answers else "away" for name, answers in told.items()}
    tail = _tail(checks["database"]) if readiness["database"] else None
    words |= {"change_log": "behind"} if tail is not None and tail.is_late(now()) else {}
    return jsonify(status="ready" if readiness["database"] else "not ready", **words), 200 if readiness[
        "database"
    ] else 503


@health.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Counts and times of this process, for whoever shows the operator's token; for others there is no such page."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.metrics_token or not _is_shown(settings.metrics_token):
        abort(404)
    registry: CollectorRegistry = current_app.extensions["metrics"]
    _note_tail()
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def measure(app: Flask, database: Database, redis_url: str) -> None:
    """Count and time every request by endpoint, and answer the operator's questions."""
    registry = CollectorRegistry()
    taken = Histogram("portal_request_seconds", "Time to answer", ["endpoint"], registry=registry)
    answered = Counter("portal_requests", "Requests answered", ["endpoint", "method", "status"], registry=registry)

    def note(response: Response) -> Response:
        endpoint = request.endpoint or "unknown"
        method = request.method if request.method in _METHODS else "other"
        answered.labels(endpoint, method, response.status_code).inc()
        taken.labels(endpoint).observe(time.perf_counter() - g.get("started", time.perf_counter()))
        return response

    app.after_request(note)
    app.extensions["metrics"] = registry
    app.extensions["tail"] = (
        Gauge("portal_unsealed_changes", "Changes on record that are not sealed yet", registry=registry),
        Gauge("portal_unsealed_seconds", "How long the oldest of them has waited", registry=registry),
    )
    app.extensions["health"] = {"database": database, "redis_url": redis_url}
    app.register_blueprint(health)


def _database_answers(database: Database) -> bool:
    try:
        database.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _tail(database: Database) -> Tail | None:
    """What waits to be sealed; None where the database does not say."""
    try:
        return unsealed_tail(database.session)
    except SQLAlchemyError:
        return None


def _note_tail() -> None:
    """Put what waits to be sealed among the figures; where it cannot be told they say that it is not a number."""
    tail = _tail(current_app.extensions["health"]["database"])
    count, seconds = current_app.extensions["tail"]
    count.set(float("nan") if tail is None else tail.count)
    waited = 0.0 if tail is None or tail.oldest_at is None else (now() - tail.oldest_at).total_seconds()
    seconds.set(float("nan") if tail is None else waited)


def _queue_answers(url: str) -> bool:
    if not url:
        return False
    client = Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5)
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()


def _is_shown(token: str) -> bool:
    """Whether the request carries the token, as Prometheus does (`authorization: {credentials: …}`)."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return compare_digest(shown.encode(), token.encode())
