"""Builds the application for gunicorn, and nothing else: `gunicorn -c gunicorn.conf.py wsgi:app`."""

import os

from finder.app import create_app
from finder.config import Config

app = create_app(Config.from_env(os.environ))
