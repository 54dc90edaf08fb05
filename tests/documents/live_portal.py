"""How does a test send files to a real web process of the portal, as somebody who is signed in?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from models.accounts.sign_ins import keep_data, start_sign_in
from models.core.clock import now
from models.partnership.people import Person
from tests.databases import Database
from tests.servers.web_processes import Answer, Visitor, WebProcess, web_process
from tests.web import SECRET

MB = 1 << 20


class LivePortal(Visitor):
    """A web process of its own, used by one person."""

    def __init__(self, web: WebProcess) -> None:
        super().__init__(web.port)
        self.web = web

    def enter(self, session: Session, person: Person) -> None:
        """Be that person from now on."""
        token = start_sign_in(session, person, browser="", now=now(), hours=12)
        keep_data(session, token, {"_user_id": str(person.id), "_fresh": True})
        session.commit()
        self.cookies["triangulate"] = token

    def send_files(self, path: str, files: Mapping[str, Any], **values: str) -> Answer:
        """Fill in the form of a page with files, each (content, name) or several of them, and send it."""
        page = BeautifulSoup(self.asked("GET", path).body, "html.parser")
        form = max(page.select("main form"), key=lambda form: len(form.select("input[type=hidden]")))
        hidden = [(str(each["name"]), str(each.get("value", ""))) for each in form.select("input[type=hidden]")]
        fields: MultiDict[str, Any] = MultiDict([*hidden, *values.items()])
        for name, given in files.items():
            for content, file_name in given if isinstance(given, list) else [given]:
                fields.add(name, FileStorage(content, file_name, content_type="application/octet-stream"))
        boundary, body = encode_multipart(fields)
        return self.asked("POST", path, body, f"multipart/form-data; boundary={boundary}")

    def peak_mb(self) -> float:
        """The most megabytes that the largest of the web processes has ever held."""
        return self.web.peak() / MB


@contextmanager
def live_portal(database: Database, folder: Path, **settings: str) -> Iterator[LivePortal]:
    """One web process of the portal, until the end. Its log is in the folder."""
    told = {"SECRET_KEY": SECRET, "LOG_LEVEL": "ERROR", **settings}
    with web_process(database, folder, workers=1, **told) as web:
        yield LivePortal(web)
