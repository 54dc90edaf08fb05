"""What is logged about each request, without anything about a person?"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

import structlog
from flask import Flask, Response, g, request

_QUIET = ("/healthz", "/readyz", "/metrics", "/static/")


def start_logging(level: str) -> None:
    """Log one JSON object a line on standard error; control characters cannot break a line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def log_requests(app: Flask, role: Callable[[], str | None]) -> None:
    """Note every request's endpoint, status, time and role: no address, no path values, no names."""
    log = structlog.get_logger("portal")

    def begin() -> None:
        g.started = time.perf_counter()

    def note(response: Response) -> Response:
        if not request.path.startswith(_QUIET):
            taken = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
            log.info(
                "request", request=g.get("request_id"), method=request.method, endpoint=request.endpoint,
                status=response.status_code, ms=taken, role=role(),
            )  # fmt: skip
        return response

    app.before_request(begin)
    app.after_request(note)
