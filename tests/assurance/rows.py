"""What are the forty rows of the checklist, and which figure is each to reach?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One promise: its number, the part of the checklist it belongs to, what is tried, and the figure wanted."""

    number: int
    part: str
    what: str
    wanted: str


def _part(name: str, *rows: tuple[int, str, str]) -> tuple[Row, ...]:
    return tuple(Row(number, name, what, wanted) for number, what, wanted in rows)


ROWS = (
    *_part(
        "Who reaches what",
        (1, "Every address with an id, for every role, with another agency's ids: reads and valid writes", "0 leaks"),
        (2, "Every page for every role and for strangers, against the declared matrix", "0 unlisted, 0 mismatches"),
        (3, "The same with the screens' own checks cut out, so that the database stands alone", "0 leaks"),
        (4, "Every forbidden field of every form, posted by every role", "0 changed values"),
        (5, "Keys of another agency's records posted in forms, look-ups and imports", "0 accepted"),
        (6, "Role or agency taken away, account switched off: the next request of open sign-ins", "refused at once"),
        (7, "A marker of agency B sought in all that agency A can fetch", "0 found"),
        (8, "Each permission check left out in turn: a test notices", "100 % noticed"),
    ),
    *_part(
        "Signing in, and the browser",
        (9, "Cookies used again after sign-out, expiry, a new password or an end by an administrator; both time limits",
         "0 accepted, exact to 1 s"),
        (10, "Passwords guessed: 10,000 on one account, one on 500 accounts; what a stranger can tell",
         "at most 10 hashed a window; the person gets in; medians within 10 %"),
        (11, "Codes and recovery codes used twice, old codes, 1,000 guesses", "0 second uses"),
        (12, "Forms posted without a token, with an old one, with another's; changes by GET", "all 400, 0 changes"),
        (13, "Strict content policy in Chromium on pages and flows; headers on every answer", "0 violations, 100 %"),
        (14, "200 hostile strings in every text field, looked at in lists, forms, pages and mails", "0 unescaped"),
        (15, "Hostile places to go on to after signing in or saving", "0 off-site"),
    ),
    *_part(
        "Whatever is sent",
        (16, "Every address, argument and form field filled with nonsense on a running portal", "0 answers of 500"),
        (17, "Error pages and messages searched for statements, rows, paths and a planted secret", "0 found"),
        (18, "200 hostile uploads; what downloads say of themselves; files nobody has scanned",
         "all refused or held; under 200 MB; under 2 s"),
        (19, "Cells of every export opened as a spreadsheet", "0 formulas"),
        (20, "10,000 rows imported, one in twenty broken; imported again", "exact counts; nothing changes"),
        (21, "Markup, addresses and 200,000 characters in texts that are printed", "printed literally, 0 opened"),
    ),
    *_part(
        "Nothing lost, nothing twice",
        (22, "Workers killed in mid-job 100 times, Valkey 10 times", "0 lost, 0 doubled"),
        (23, "Relay and scheduler killed, two schedulers, clock changes, a scheduler that was down", "each run once"),
        (24, "PostgreSQL restarted 20 times under writes", "what was acknowledged is there; back within 10 s"),
        (25, "Web process told to stop and killed; 500 half-open connections", "0 dropped; others answered within 1 s"),
        (26, "50 pairs of editors; every form sent twice, 20 at once", "0 lost edits; one record each"),
        (27, "Mail server that refuses, hangs or hangs up after the text", "sent at least once; one key a mail"),
        (28, "Backup, everything destroyed, restored", "identical"),
        (29, "Upgrade from the first released schema with data", "0 lost; no difference to the models"),
    ),
    *_part(
        "On the record",
        (30, "Every way to write, every look at a case, every refusal", "100 % on record"),
        (31, "The record changed by the portal's roles, and by the server's administrator", "refused; the row named"),
        (32, "Line breaks, escapes and personal data in the operator's log", "0 found"),
        (33, "Records whose time is over, with and without a hold", "exact sets"),
    ),
    *_part(
        "People, and pace",
        (34, "axe on pages in their states, wide and narrow", "0 findings"),
        (35, "Twelve journeys by keyboard alone", "12 of 12"),
        (36, "Documents: tagged, titled, in a language, fonts embedded, the same again", "0 errors, equal bytes"),
        (37, "Names in 20 scripts through form, search, sorting, PDF, CSV and mail", "0 characters lost"),
        (38, "A million cases; 50 people for 30 minutes; memory", "under 300 and 500 ms at p95; 0 errors; under 10 %"),
        (39, "Valkey, mail server and scanner away", "0 answers of 500"),
        (40, "One command to a portal one can sign in to; a second start", "under 60 s; data kept"),
    ),
)  # fmt: skip
