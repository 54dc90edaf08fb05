"""Which agency has used which product, when, with how many people and by whom?"""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    EVERYONE,
    OFFICERS,
    Category,
    Panel,
    Place,
    Screen,
    TextField,
    actor,
    kept_by,
    person_id,
    screen,
)
from admin_views.kit.fields import RecordField
from admin_views.kit.formats import show_date
from admin_views.kit.forms import RecordForm
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.registry import link_to
from models.core.access import Role
from models.core.clock import today
from models.learning.learning_products import LearningProduct
from models.learning.learning_uses import LearningUse, Use, record_use
from models.partnership.agencies import Agency


@screen
class LearningUseScreen(Screen):
    """The dissemination register. People of an agency record and correct its own uses."""

    model = LearningUse
    name, noun, plural = "Use of learning", "record of use", "records of use"
    list_purpose = "When and with how many people a team went through a learning product. Agencies enter their own."
    url, category, menu_order = "/learning-uses", Category.LEARNING, 20
    stands_in = Place.LIBRARY
    roles = kept_by(OFFICERS | {Role.MANAGER, Role.AGENCY_MEMBER}, export=EVERYONE, delete=OFFICERS)
    introduction = "Who has used a review's learning: when, with how many people, led by whom."
    column_list = ("product_id", "product.title", "agency_id", "used_on", "people_count")
    column_details_list = (*column_list, "led_by", "note", "recorded_by_id")
    column_filters = ("product_id", "agency_id", "used_on")
    column_sortable_list = ("used_on", "agency_id", "people_count")
    column_default_sort = ("used_on", True)
    form_columns = ("product_id", "agency_id", "used_on", "people_count", "led_by", "note")
    form_overrides = {"note": TextField}
    column_labels = {
        "product_id": "Learning product",
        "product.title": "Title",
        "used_on": "Used on",
        "people_count": "People",
        "led_by": "Led by",
        "note": "What the team took from it",
        "recorded_by_id": "Recorded by",
    }
    form_args = {"people_count": {"label": "How many people took part"}}
    column_descriptions = {
        "led_by": "A name or a role: often the team leader.",
        "note": "Do not name people who receive services.",
    }

    def name_of(self, record: LearningUse) -> str:
        return f"Use of {self.session.get(LearningProduct, record.product_id)} on {show_date(record.used_on)}"

    def form_columns_for(self, record: LearningUse) -> tuple[str, ...]:
        """A use stays with the product and the agency it was recorded for."""
        return self.form_columns[2:] if record.id else self.form_columns

    def build_new_instance(self) -> LearningUse:
        own = actor().agency_ids[0] if actor().is_agency_bound else None
        return LearningUse(product_id=request.args.get("product_id", type=int), agency_id=own, used_on=today())

    def on_form_ready(self, form: Form, record: LearningUse) -> None:
        """Only what is released can have been used; of agencies the database shows people of one their own alone."""
        if record.id:
            return
        released = ChoiceLoader(
            LearningProduct, lambda products: products.where(LearningProduct.released_on.is_not(None))
        )
        if isinstance(form["product_id"], RecordField):
            form["product_id"].loader = released

    def create_model(self, form: RecordForm) -> Any:
        product, agency_id = self.session.get_one(LearningProduct, form["product_id"].data), form["agency_id"].data
        use = Use(**{key: form[key].data for key in self.form_columns[1:] if key != "agency_id"})
        said = {"agency_id": agency_id, "use": use, "person_id": person_id()}
        return self.create_by(form, lambda: record_use(self.session, product, **said))


def own_uses_panel(session: Session, product: LearningProduct) -> Panel:
    """The recorded uses of a product that the asking person may see, the latest first."""
    uses = session.execute(
        select(LearningUse, Agency.name)
        .outerjoin(Agency, Agency.id == LearningUse.agency_id)
        .where(LearningUse.product_id == product.id)
        .order_by(LearningUse.used_on.desc(), LearningUse.id.desc())
        .limit(50)
    )
    rows = [(link_to(use, show_date(use.used_on)), name, f"{use.people_count:,}", use.led_by) for use, name in uses]
    empty = "No use is recorded yet."
    return Panel("Recorded uses", ("When", "Agency", "People", "Led by"), rows, empty=empty)
