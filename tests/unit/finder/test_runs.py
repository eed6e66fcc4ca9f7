"""When a run lock that another run holds may be taken, and where its holder is."""

import os
import socket
import subprocess
import sys

import pytest

from finder.runs import BEAT_S, Verdict, Watch, Whereabouts, _boot_id, _owner, _start_ticks, whereabouts

HERE, GONE, ELSEWHERE = Whereabouts.HERE, Whereabouts.GONE, Whereabouts.ELSEWHERE


def looks(watch: Watch, where: Whereabouts, beats: list[int]) -> list[Verdict]:
    return [watch.saw("other", beat, where) for beat in beats]


def test_a_lock_of_a_living_process_here_is_given_up_at_once() -> None:
    assert Watch(None).saw("me", 3, HERE) is Verdict.GIVE_UP


def test_a_lock_of_a_process_that_is_gone_is_taken_at_once() -> None:
    assert Watch(None).saw("me", 3, GONE) is Verdict.TAKE


def test_a_lock_from_elsewhere_is_taken_after_60_s_without_a_beat() -> None:
    found = looks(Watch(None), ELSEWHERE, [7] * 13)
    assert found == [Verdict.WAIT] * 12 + [Verdict.TAKE]
    assert found.count(Verdict.WAIT) * BEAT_S == 60


def test_a_lock_from_elsewhere_is_given_up_when_its_counter_moves() -> None:
    found = looks(Watch(None), ELSEWHERE, [7, 7, 8])
    assert found == [Verdict.WAIT, Verdict.WAIT, Verdict.GIVE_UP]


def test_patience_in_seconds_is_waited_out_whoever_holds_the_lock() -> None:
    for where in (HERE, ELSEWHERE):
        found = looks(Watch(2 * BEAT_S), where, [1, 2, 3])
        assert found == [Verdict.WAIT, Verdict.WAIT, Verdict.GIVE_UP]


def test_a_beat_starts_the_60_s_again() -> None:
    found = looks(Watch(600), ELSEWHERE, [7] * 12 + [8] * 12)
    assert found == [Verdict.WAIT] * 24


def test_an_owner_is_found_here_while_its_process_lives() -> None:
    assert whereabouts(_owner()) is HERE


def test_a_killed_process_is_gone_even_before_its_parent_waits_for_it() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        ticks = _start_ticks(child.pid)
        owner = f"{socket.gethostname()}:{child.pid}:{_boot_id()}:{ticks}:abcd"
        before = whereabouts(owner)
        child.kill()
        if _boot_id():
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # has ended, and stays to be waited for
        else:
            child.wait()
        after = whereabouts(owner)
    assert (before, after) == (HERE, GONE)


@pytest.mark.skipif(not _boot_id(), reason="only Linux tells boots and starts apart")
def test_another_start_under_the_same_number_is_another_process() -> None:
    host, pid, boot_id, ticks, random = _owner().rsplit(":", 4)
    assert whereabouts(f"{host}:{pid}:{boot_id}:{int(ticks) - 1}:{random}") is GONE
    assert whereabouts(f"{host}:{pid}:another-boot:{ticks}:{random}") is ELSEWHERE


@pytest.mark.parametrize("owner", ["elsewhere.example:1:boot:2:abcd", "short", "a:b:c", ""])
def test_an_owner_of_another_machine_or_form_is_elsewhere(owner: str) -> None:
    assert whereabouts(owner) is ELSEWHERE
