"""How does a seven-minute briefing become a PDF of exactly one page?"""

from jobs.pdf.paper.drawing import draw_one_page
from jobs.pdf.paper.letterhead import PLAIN, Stationery
from models.core.errors import RuleBroken
from models.rules.learning.briefing_paper import briefing_papers, too_long
from models.rules.learning.briefings import BriefingFacts, unwritten_words


def build(facts: BriefingFacts, stationery: Stationery = PLAIN) -> bytes:
    """The whole sheet on one page, in the largest size that fits. Refuses, naming the longest point, when none does.

    Refuses too while a point is still to be written.
    """
    refuse_unwritten(facts)
    try:
        return draw_one_page(briefing_papers(facts), stationery)
    except RuleBroken:
        raise RuleBroken(too_long(facts)) from None


def refuse_unwritten(facts: BriefingFacts) -> None:
    """Refuse a draft in which a point is still to be written: it is read on the screen, not handed round on paper."""
    unwritten = unwritten_words(facts.points)
    if unwritten:
        raise RuleBroken(f"{unwritten} Until then the draft can be read as a page, but not printed.")
