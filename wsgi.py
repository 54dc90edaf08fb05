"""Where does a web server find the portal (`wsgi:doorway`, `wsgi:application`), and `flask --app wsgi` its commands?

Whoever asks for the one does not load the other: commands are there in a moment, and a web process holds none.
"""

import gc
import sys

from app.settings import SettingsError
from models.core.rooms import at_place, loading

_PLACES = {
    "app": "app.cli:command_line",
    "application": "app.portal:create_app",
    "doorway": "app.portal:open_doorway",
}


def __getattr__(name: str) -> object:
    """Put it together when it is first asked for. A wrong setting ends the process with one sentence.

    What is loaded stays and is never looked through for garbage, which would take time from pages and copy what the
    web processes share. What a page left is looked for after twenty thousand new objects, not after 700: the home page
    spent a third of its time so.
    """
    if name not in _PLACES:
        raise AttributeError(name)
    try:
        with loading():
            globals()[name] = at_place(_PLACES[name])()
    except SettingsError as error:
        sys.exit(str(error))
    finally:
        gc.set_threshold(20_000, 20, 20)
    return globals()[name]
