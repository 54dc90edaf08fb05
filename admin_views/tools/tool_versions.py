"""Which versions of a tool were frozen, what did each say word for word, what has changed, and how does it look?"""

from __future__ import annotations

from dataclasses import replace

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select

from admin_views.kit.base import OFFICERS, STAFF, Panel, expose, person_id
from admin_views.kit.formats import NOTHING, show_date, show_moment
from admin_views.kit.registry import link_to
from admin_views.tools.questionnaires import questions_html, read_form
from admin_views.tools.tool_outlines import ToolPages, outline_of
from models.core.clock import london_day
from models.partnership.people import Person
from models.rules.tools.question_problems import named_problems
from models.rules.tools.questionnaire_differences import differences
from models.rules.tools.questionnaires import Questionnaire
from models.signatures.sign_offs import SignOff
from models.signatures.signables import signatures_of_tool
from models.tools.assurance_tools import AssuranceTool
from models.tools.tool_versions import ToolVersion, freeze_tool, questionnaire_of, versions_of

NOW = "now"


class VersionPages(ToolPages):
    """The pages of the tools' screen about what was frozen, and the preview of what stands now."""

    @expose("/<int:record_id>/preview/", roles=STAFF, methods=("GET", "POST"))
    def preview(self, record_id: int) -> ResponseReturnValue:
        """The tool as an agency sees it, or one of its sections; what is entered is checked and forgotten."""
        tool = self.get_record(record_id)
        whole, number = questionnaire_of(self.session, tool), request.args.get("part", 0, type=int)
        asked = replace(whole, sections=whole.sections[number - 1 : number]) if number > 0 else whole
        is_sent = request.method == "POST"
        answers, problems = read_form(asked, request.form) if is_sent else ({}, {})
        questions, named = questions_html(asked, answers, problems), named_problems(asked, answers, problems)
        return self.render("assurance_tools/preview.html", tool=tool, asked=asked, questions=questions,
                           problems=named, is_sent=is_sent, count=len(answers), whole=whole, number=number)  # fmt: skip

    @expose("/<int:record_id>/versions/", roles=STAFF)
    def versions(self, record_id: int) -> str:
        """Every frozen version with its fingerprint and who signed it."""
        tool = self.get_record(record_id)
        versions = versions_of(self.session, tool.id)
        return self.render(
            "assurance_tools/versions.html", tool=tool, panel=self._panel(tool, versions), versions=versions
        )

    def _panel(self, tool: AssuranceTool, versions: list[ToolVersion]) -> Panel:
        signed = signatures_of_tool(self.session, tool)
        ids = {version.made_by_id for version in versions} | {signature.signed_by_id for signature in signed.values()}
        names = {
            person.id: person.name for person in self.session.scalars(select(Person).where(Person.id.in_(ids - {None})))
        }
        rows = [
            (
                self._version_link(version),
                show_moment(version.made_at),
                names.get(version.made_by_id or 0, NOTHING),
                _signed_words(signed.get(version.sha256), names),
                Markup('<span class="fingerprint">{}</span>').format(version.sha256),
            )
            for version in versions
        ]
        headings = ("Version", "Frozen", "By", "Signed", "Fingerprint (SHA-256)")
        return Panel("Frozen versions", headings, rows, empty="No version has been frozen yet.")

    def _version_link(self, version: ToolVersion) -> Markup:
        where = self.link("version_page", record_id=version.tool_id, number=version.number)
        return Markup('<a href="{}">Version {}</a>').format(where, version.number)

    @expose("/<int:record_id>/versions/<int:number>/", roles=STAFF)
    def version_page(self, record_id: int, number: int) -> str:
        """One frozen version, word for word."""
        tool = self.get_record(record_id)
        version = self._version(tool, str(number))
        signature = signatures_of_tool(self.session, tool).get(version.sha256)
        signer = self.session.get(Person, signature.signed_by_id) if signature and signature.signed_by_id else None
        return self.render("assurance_tools/version.html", tool=tool, version=version, asked=version.questionnaire,
                           sections=outline_of(version.questionnaire), signature=signature, signer=signer)  # fmt: skip

    @expose("/<int:record_id>/compare/", roles=STAFF)
    def compare(self, record_id: int) -> str:
        """What was added, removed, changed and moved between two versions, or since the newest one."""
        tool = self.get_record(record_id)
        before, after = request.args.get("from", ""), request.args.get("to", NOW)
        changes = differences(self._words_of(tool, before), self._words_of(tool, after))
        return self.render("assurance_tools/compare.html", tool=tool, changes=changes, before=before, after=after,
                           versions=versions_of(self.session, tool.id))  # fmt: skip

    def _words_of(self, tool: AssuranceTool, which: str) -> Questionnaire:
        return questionnaire_of(self.session, tool) if which == NOW else self._version(tool, which).questionnaire

    def _version(self, tool: AssuranceTool, number: str) -> ToolVersion:
        matching = [version for version in versions_of(self.session, tool.id) if str(version.number) == number]
        return matching[0] if matching else abort(404)

    @expose("/<int:record_id>/freeze/", roles=OFFICERS, methods=("POST",))
    def freeze(self, record_id: int) -> ResponseReturnValue:
        """Freeze a tool as it stands, without asking anybody to sign."""
        tool = self.buildable(record_id)

        def act() -> str:
            version = freeze_tool(self.session, tool, person_id=person_id())
            return f"Version {version.number} is frozen and stays as it is."

        return self.press(self.link("versions", record_id=tool.id), act)

    @expose("/<int:record_id>/changes/", roles=STAFF)
    def changes(self, record_id: int) -> ResponseReturnValue:
        """What has changed since the newest version."""
        tool = self.get_record(record_id)
        versions = versions_of(self.session, tool.id)
        if not versions:
            return redirect(self.link("versions", record_id=tool.id))
        return redirect(self.link("compare", record_id=tool.id, **{"from": versions[0].number, "to": NOW}))


def _signed_words(signature: SignOff | None, names: dict[int, str]) -> str:
    if signature is None or signature.signed_at is None:
        return NOTHING
    words = f"{names.get(signature.signed_by_id or 0, '')}, {show_date(london_day(signature.signed_at))}"
    return link_to(signature, words)
