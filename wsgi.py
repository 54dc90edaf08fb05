"""Where does a web server, or `flask --app wsgi`, find the portal?"""

import sys

from app import create_app, make_doorway
from app.settings import SettingsError

try:
    app = create_app()
except SettingsError as error:
    sys.exit(str(error))
doorway = make_doorway(app)
