"""Tells somebody that a run was refused or failed: a command or a web address of the settings."""

import shlex
import subprocess
from collections.abc import Callable
from typing import Any

import orjson
import urllib3

from finder.config import Config
from ingest.report import State

TOLD = (State.REFUSED.value, State.FAILED.value)
COMMAND_SECONDS = 60
WEBHOOK_SECONDS = 10


def notify(config: Config, report: dict[str, Any], say: Callable[[str], None]) -> None:
    """Hand the JSON report of a refused or failed run to FINDER_NOTIFY_COMMAND and FINDER_NOTIFY_URL.

    A hook that does not work is said and changes nothing: the run has ended already.
    """
    if report["state"] not in TOLD:
        return
    body = orjson.dumps(report)
    for hook, call in ((config.notify_command, _command), (config.notify_url, _webhook)):
        if hook:
            trouble = call(hook, body)
            if trouble:
                say(f"  nobody was told: {trouble}")


def _command(command: str, body: bytes) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - the admin's own command
            shlex.split(command), input=body, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            timeout=COMMAND_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, ValueError, subprocess.TimeoutExpired) as problem:
        return f"FINDER_NOTIFY_COMMAND: {problem}"
    if done.returncode:
        return f"FINDER_NOTIFY_COMMAND ended with {done.returncode}"
    return None


def _webhook(url: str, body: bytes) -> str | None:
    try:
        answer = urllib3.request(
            "POST", url, body=body, headers={"content-type": "application/json"}, timeout=WEBHOOK_SECONDS,
            retries=urllib3.Retry(2, redirect=0, backoff_factor=0.5),
        )  # fmt: skip
    except urllib3.exceptions.HTTPError as problem:
        return f"FINDER_NOTIFY_URL: {type(problem).__name__}"
    return None if answer.status < 300 else f"FINDER_NOTIFY_URL answered {answer.status}"
