"""Where does a web server, or `flask --app wsgi`, find the portal?"""

from app import create_app

app = create_app()
