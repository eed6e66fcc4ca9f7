"""Systemd units and cron lines for a nightly run and for what admins ask for; printed, never installed."""

import shlex
from pathlib import Path

_UNITS = """\
# /etc/systemd/system/finder-ingest.service
[Unit]
Description=Nightly ingest of the second-opinion finder
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={user}
Environment="FINDER_HOME={home}"
EnvironmentFile=-/etc/finder.env
ExecStart={command}
Nice=10
IOSchedulingClass=idle
TimeoutStartSec=12h

# /etc/systemd/system/finder-ingest.timer
[Unit]
Description=Every night: ingest of the second-opinion finder

[Timer]
OnCalendar=*-*-* {hour:02d}:{minute:02d}:00
RandomizedDelaySec=10m
Persistent=true

[Install]
WantedBy=timers.target

# /etc/systemd/system/finder-requested.service
[Unit]
Description=What admins asked for on the pages of the second-opinion finder

[Service]
Type=oneshot
User={user}
Environment="FINDER_HOME={home}"
EnvironmentFile=-/etc/finder.env
ExecStart={requested}
Nice=10
TimeoutStartSec=12h

# /etc/systemd/system/finder-requested.timer
[Unit]
Description=Every minute: what admins asked for

[Timer]
OnCalendar=minutely

[Install]
WantedBy=timers.target

# systemctl daemon-reload && systemctl enable --now finder-ingest.timer finder-requested.timer
# journalctl -u finder-ingest shows the runs; 0 done or unchanged, 1 gates refused or failed, 2 bad input,
# 3 engine not reachable.

# or, with cron (crontab -e as {user}):
{minute} {hour} * * * FINDER_HOME={quoted_home} {cron} >>{log} 2>&1
* * * * * FINDER_HOME={quoted_home} flock -n {lock} {requested_cron} >>{log} 2>&1
"""


def schedule(program: Path, home: Path, user: str, arguments: tuple[str, ...], at: tuple[int, int]) -> str:
    """The text for an admin to copy: oneshot services, their timers, and the cron lines that do the same.

    `arguments` follow `finder ingest run`, and `finder ingest requested`, which is tried every minute; `at`
    is hour and minute of the machine's clock.
    """
    command = shlex.join((str(program), "ingest", "run", *arguments))
    requested = shlex.join((str(program), "ingest", "requested", *arguments))
    return _UNITS.format(
        user=user,
        home=str(home).replace("%", "%%"),
        quoted_home=shlex.quote(str(home)).replace("%", r"\%"),
        command=command.replace("%", "%%"),
        cron=command.replace("%", r"\%"),
        requested=requested.replace("%", "%%"),
        requested_cron=requested.replace("%", r"\%"),
        lock=shlex.quote(str(home / "requested.lock")).replace("%", r"\%"),
        log=shlex.quote(str(home / "ingest.log")).replace("%", r"\%"),
        hour=at[0],
        minute=at[1],
    )
