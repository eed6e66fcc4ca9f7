"""Builds the application for gunicorn, and nothing else: `gunicorn -c gunicorn.conf.py wsgi:app`."""

import os

from finder.app import create_app, warm_up
from finder.config import Config

app = create_app(Config.from_env(os.environ))
warm_up(app)  # before the workers fork, see gunicorn.conf.py
