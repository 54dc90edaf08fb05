"""How is each review's learning cascaded, and who has used it?"""

from __future__ import annotations

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    OFFICERS,
    READERS,
    Button,
    Category,
    Filter,
    Panel,
    Part,
    Place,
    Screen,
    TextField,
    by_value,
    expose,
    kept_by,
    role,
    screen,
    tag,
)
from admin_views.kit.fields import DayField, RecordField, Required
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.registry import link_by_title, link_to
from admin_views.kit.workspace.panels import review_panel
from admin_views.learning.learning_uses import own_uses_panel
from admin_views.partnership.hubs import may_run, own_hubs_only
from models.core.access import Role
from models.core.addresses import address_of, list_address
from models.core.clock import today
from models.learning.briefings import Briefing
from models.learning.learning_products import LearningProduct, ProductForm, ProductKind
from models.learning.learning_uses import AgencyUse, LearningUse, use_sentence, uses_by_agency
from models.learning.releases import release_product
from models.reviews.thematic_reviews import ThematicReview

RECORDERS = OFFICERS | {Role.MANAGER, Role.AGENCY_MEMBER}


class ReleaseForm(Form):
    """The day on which a product was released."""

    released_on = DayField("Released on", validators=[Required()], description="Agencies see it from then on.")


def show_kind(form: ProductForm | None) -> str:
    """The framework's kind of a form."""
    return form.kind.label if form else ""


def _of_kind(answer: str) -> Any:
    return LearningProduct.form.in_([form for form in ProductForm if form.kind == ProductKind(answer)])


def _stands(product: Any) -> Any:
    late = (product.released_on.is_(None)) & (product.planned_on < today())
    return case((product.released_on.is_not(None), "Released"), (late, "Late"), else_="Planned")


def show_standing(word: str) -> str:
    """How far a product has come."""
    return tag(word, {"Released": "green", "Late": "red"}.get(word, "grey"))


@screen
class LearningProductScreen(Screen):
    """Products of the three kinds; officers make and release them, agencies see what is released."""

    model = LearningProduct
    name, noun, plural = "Learning products", "product", "products"
    list_purpose = "What carries a review's learning to people who were not part of it: briefings, courses, campaigns."
    url, category, menu_order = "/learning-products", Category.LEARNING, 10
    stands_in, part = Place.LIBRARY, Part.LEARNING
    roles = kept_by(OFFICERS, export=READERS)
    introduction = "How the learning from reviews is cascaded: campaigns, face-to-face learning and online modules."
    column_list = ("title", "form", "review_id", "stands", "planned_on", "released_on")
    column_beneath = "reference"
    column_details_list = ("form", *column_list[2:], "audience", "summary", "link")
    column_expressions = {"stands": _stands}
    column_formatters = {"stands": by_value(show_standing)}
    column_formatters_detail = {**column_formatters, "form": by_value(show_kind)}
    column_searchable_list = ("reference", "title", "audience", "summary")
    column_filters = (
        Filter("kind", "Kind", options=tuple((kind.value, kind.label) for kind in ProductKind), apply=_of_kind),
        "form",
        "review_id",
        "released_on",
    )
    column_sortable_list = ("reference", "title", "planned_on", "released_on")
    column_default_sort = ("planned_on", True)
    form_columns = ("review_id", "title", "form", "audience", "planned_on", "summary", "link")
    form_overrides = {"summary": TextField}
    column_labels = {
        "planned_on": "Planned for",
        "released_on": "Released",
        "link": "Where to find it",
        "review_id": "Review",
        "stands": "Stands",
        "form": "Kind",
    }
    form_args = {"form": {"label": "Form"}}
    column_descriptions = {
        "audience": "For whom: for example team leaders in all agencies who work with children.",
        "summary": "What people will learn, in a few sentences; agencies read this.",
        "link": "A web address or a place; shown as text.",
    }

    def build_new_instance(self) -> LearningProduct:
        return LearningProduct(review_id=request.args.get("review_id", type=int), planned_on=today())

    def on_form_ready(self, form: Form, record: LearningProduct) -> None:
        if isinstance(form["review_id"], RecordField):
            form["review_id"].loader = ChoiceLoader(ThematicReview, own_hubs_only(ThematicReview.hub_id))

    def can_delete_record(self, record: LearningProduct) -> bool:
        """What agencies have seen stays."""
        return record.released_on is None

    def panels(self, session: Session, record: LearningProduct) -> list[Panel]:
        panels = [own_uses_panel(session, record)]
        if record.form is ProductForm.SEVEN_MINUTE_BRIEFING:
            panels.insert(0, _briefing(session, record))
        return panels

    def buttons(self, record: LearningProduct) -> list[Button]:
        buttons = []
        if record.released_on is None and role() in OFFICERS and self.may_edit(record):
            buttons.append(Button("Release", self.link("release", record_id=record.id), "main"))
        if record.released_on is not None:
            buttons.append(Button("Record a use", list_address(LearningUse, "new", product_id=record.id)))
            buttons.append(Button("Who has used it", self.link("who_used", record_id=record.id)))
        return buttons

    @expose("/<int:record_id>/release/", roles=OFFICERS, methods=("GET", "POST"))
    def release(self, record_id: int) -> ResponseReturnValue:
        """Say on which day the product was released."""
        product, form = self.get_record(record_id), ReleaseForm(sent_form(), released_on=today())
        values = {"title": f"Release {product.title}", "button": "Release", "lead": product.form.label}
        return self.ask(form, self.details_url(record_id), lambda: self._released(product, form), **values)

    def _released(self, product: LearningProduct, form: Form) -> str:
        release_product(self.session, product, on=form["released_on"].data)
        return f"{product.reference} is released; agencies see it now."

    @expose("/<int:record_id>/who-has-used-it/", roles=READERS | {Role.MANAGER})
    def who_used(self, record_id: int) -> str:
        """The agencies that have used a product and those that have not."""
        product = self.get_record(record_id)
        uses = uses_by_agency(self.session, product)
        panels = [_agencies("Not yet", [use for use in uses if not use.times]),
                  _agencies("Have used it", [use for use in uses if use.times])]  # fmt: skip
        return self.render("learning_products/uses.html", product=product, panels=panels, sentence=use_sentence(uses))


def _agencies(title: str, uses: list[AgencyUse]) -> Panel:
    rows = [
        (link_to(use.agency, use.agency.name), f"{use.times:,}", f"{use.people:,}", show_date(use.last_on))
        for use in uses
    ]
    return Panel(f"{title} ({len(uses)})", ("Agency", "Times", "People", "Last"), rows, empty="None.")


def _briefing(session: Session, product: LearningProduct) -> Panel:
    briefings = session.scalars(select(Briefing).where(Briefing.product_id == product.id)).all()
    rows = [(link_to(each, each.title), _sheet(each)) for each in briefings]
    may = not briefings and role() in OFFICERS
    buttons = (
        [Button("Draft it from the review", list_address(Briefing, "draft", product.id), is_post=True)] if may else []
    )
    return Panel("Briefing", ("Briefing", "Sheet"), rows, empty="It has not been drafted yet.", buttons=buttons)


def _sheet(briefing: Briefing) -> Markup:
    return Markup('<a href="{}">Read the sheet</a>').format(address_of(briefing, "paper"))


@review_panel(Part.LEARNING, order=80, is_for_agencies=True)
def learning(session: Session, review: ThematicReview) -> Panel:
    """How the learning of a review is cascaded."""
    times = select(func.count(LearningUse.id)).where(LearningUse.product_id == LearningProduct.id).scalar_subquery()
    products = session.execute(
        select(LearningProduct, _stands(LearningProduct), times)
        .where(LearningProduct.review_id == review.id)
        .order_by(LearningProduct.planned_on, LearningProduct.id)
    )
    rows = [
        (link_by_title(product), product.form.label, show_standing(word), f"{used:,}")
        for product, word, used in products
    ]
    may = may_run(session, review.hub_id)
    buttons = [Button("Plan a product", list_address(LearningProduct, "new", review_id=review.id))] if may else []
    return Panel("Learning", ("Product", "Form", "Stands", "Uses"), rows, buttons=buttons)
