"""Where does a web server, or `flask --app wsgi`, find the portal?"""

import gc
import sys

from app import create_app, make_doorway
from app.settings import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.exit(str(error))
doorway = make_doorway(app)
# A page makes some thousands of objects that go when it has been sent, and the portal some million that stay: those are
# not looked through again, and what a page left is looked for after twenty thousand new objects, not after 700.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
