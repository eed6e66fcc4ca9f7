"""The printed schedule can be copied as it stands."""

import configparser
from pathlib import Path

from ingest.schedule import schedule

TEXT = schedule(
    Path("/opt/finder/bin/finder"), Path("/var/lib/my finder"), "ingest",
    ("--data", "/srv/50% data"), (3, 5),
)  # fmt: skip


def test_units_name_program_home_and_time_with_percent_signs_doubled() -> None:
    service, timer = TEXT.split("# /etc/systemd/system/finder-ingest.timer\n")
    units = configparser.ConfigParser(interpolation=None, strict=False)
    units.optionxform = str  # type: ignore[assignment,method-assign]
    units.read_string(service)
    assert units["Service"]["ExecStart"] == "/opt/finder/bin/finder ingest run --data '/srv/50%% data'"
    assert units["Service"]["Environment"] == '"FINDER_HOME=/var/lib/my finder"'
    timer, requested = timer.split("# /etc/systemd/system/finder-requested.service\n")
    units.read_string(timer)
    assert units["Timer"]["OnCalendar"] == "*-*-* 03:05:00"
    units.read_string(requested.split("# /etc/")[0])
    assert units["Service"]["ExecStart"] == "/opt/finder/bin/finder ingest requested --data '/srv/50%% data'"


def test_the_cron_line_escapes_what_cron_would_read_as_a_line_end() -> None:
    line = TEXT.splitlines()[-2]
    assert line.startswith("5 3 * * * FINDER_HOME='/var/lib/my finder' /opt/finder/bin/finder ingest run")
    assert r"'/srv/50\% data'" in line
    assert "flock -n '/var/lib/my finder/requested.lock' /opt/finder/bin/finder ingest requested" in TEXT
