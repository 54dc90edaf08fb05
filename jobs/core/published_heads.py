"""How does the end of the change log leave the database each day?"""

from __future__ import annotations

from jobs.core.queue import Done, Run, job
from models.core.clock import today
from models.core.published_heads import PublishedHead, publish_head
from models.messages.messages import Draft, write_message
from models.partnership.log_witnesses import log_witnesses
from models.partnership.people import Person
from models.rules.core.counts import count_words


@job()
def publish_log_head(run: Run) -> Done:
    """Put the chain's end and the day's seal on record and write to everybody who is to keep it; once a day."""
    published = publish_head(run.session, today())
    if published is None:
        return Done("The end of the change log is published for today already.")
    witnesses = log_witnesses(run.session)
    for person in witnesses:
        write_message(run.session, _letter(person, published))
    return Done(f"The end of the change log is published; {count_words(len(witnesses), 'person', 'people')} told.")


def _letter(person: Person, published: PublishedHead) -> Draft:
    day = published.published_on
    return Draft(
        person.id,
        person.name,
        person.email,
        f"End of the change log on {day:%d %B %Y}",
        f"Dear {person.name},\n\nthe portal’s change log ends on {day:%d %B %Y} with this seal:\n\n{published}\n\n"
        "Please keep this message. If it is ever in doubt whether the log was written anew, whoever runs the portal "
        f"checks this seal:\n\nflask --app wsgi database verify --head {published}\n",
    )
