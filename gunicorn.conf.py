"""Settings of gunicorn: two workers of four threads, one line per request without its address."""

import gc
import logging.config
import os

from finder.config import Config
from finder.huge_pages import lay_on_huge_pages

bind = "127.0.0.1:8000"
workers = 2
worker_class = "gthread"
threads = 4
preload_app = True  # rules are read once and shared; a client of the engine is made after the fork
timeout = 30
graceful_timeout = 10
keepalive = 5
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8190  # a sealed search of twenty doctors
control_socket_disable = True
# gunicorn's own access log would write request lines and referrers; the application writes its own line.
accesslog = None
errorlog = "-"
loglevel = "warning"
logging.config.dictConfig(
    {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"format": "%(asctime)s %(name)s %(message)s"}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "plain"}},
        "loggers": {
            "finder.access": {"handlers": ["out"], "level": "INFO", "propagate": False},
            "finder.web": {"handlers": ["out"], "level": "ERROR", "propagate": False},
        },
    }
)


def when_ready(_server: object) -> None:
    """Before the workers fork: what is there stays out of garbage collection, which would write to it and so
    end the sharing of its memory (two workers under load: 208 MB instead of 260, 2026-11-23)."""
    gc.collect()
    gc.freeze()
    # A request makes some ten thousand objects without cycles; the default of 700 looks for cycles fifteen
    # times in each, which took 7 % of the processor time of an answer (2026-11-28).
    gc.set_threshold(50_000, 20, 20)


def post_worker_init(_worker: object) -> None:
    """Before a worker answers: its memory on large pages, unless FINDER_HUGE_PAGES says no."""
    if Config.from_env(os.environ).huge_pages:
        lay_on_huge_pages()
