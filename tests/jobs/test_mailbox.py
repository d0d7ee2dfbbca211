"""The mailbox: the newest wish counts, none of a stop or an unstarted job is forgotten, nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from studio.core.engine_api.contract import DescribeRequest, SeeRequest
from studio.jobs.mailbox import Mailbox, WorkerCommands
from tests.support.fakes import GUARD_SECONDS, make_picture, make_request


def test_an_empty_mailbox_gives_empty_mail() -> None:
    assert Mailbox().take_commands(wait=False) == WorkerCommands()


def test_the_newest_live_request_replaces_the_one_nobody_has_taken() -> None:
    mailbox, older, newer = Mailbox(), make_request(), make_request()
    mailbox.put_live(older)
    mailbox.put_live(newer)

    assert mailbox.take_commands(wait=True) == WorkerCommands(live=newer)
    assert mailbox.take_commands(wait=False) == WorkerCommands()


def test_a_job_ends_the_running_one_and_names_the_ones_that_never_started() -> None:
    mailbox, older, newer = Mailbox(), make_request(), make_request()
    mailbox.put_job(older)
    mailbox.put_job(newer)

    assert mailbox.take_commands(wait=True) == WorkerCommands(job=newer, ends_job=True, unstarted=(older,))


def test_a_stop_after_a_job_leaves_no_job() -> None:
    mailbox, job = Mailbox(), make_request()
    mailbox.put_job(job)
    mailbox.put_job(None)

    assert mailbox.take_commands(wait=True) == WorkerCommands(ends_job=True, unstarted=(job,))


def test_a_job_after_a_stop_is_wanted() -> None:
    mailbox, job = Mailbox(), make_request()
    mailbox.put_job(None)
    mailbox.put_job(job)

    assert mailbox.take_commands(wait=True) == WorkerCommands(job=job, ends_job=True)


def test_a_live_request_waits_beside_a_job() -> None:
    mailbox, live, job = Mailbox(), make_request(), make_request()
    mailbox.put_live(live)
    mailbox.put_job(job)

    assert mailbox.take_commands(wait=True) == WorkerCommands(live=live, job=job, ends_job=True)


def test_the_background_is_a_lane_of_its_own() -> None:
    mailbox, job, older, newer = Mailbox(), make_request(), make_request(), make_request()
    mailbox.put_background(older)
    mailbox.put_job(job)
    mailbox.put_background(newer)
    mailbox.put_pause(True)
    mailbox.put_pause(False)

    commands = mailbox.take_commands(wait=True)
    assert (commands.job, commands.background, commands.ends_background) == (job, newer, True)
    assert (commands.unstarted, commands.pauses_background) == ((older,), False)


def test_newer_previews_replace_the_whole_queue() -> None:
    mailbox, older, newer = Mailbox(), [make_request(), make_request()], [make_request()]
    mailbox.put_previews(older)
    mailbox.put_previews(newer)

    expected = WorkerCommands(previews=tuple(newer), ends_previews=True, unstarted=tuple(older))
    assert mailbox.take_commands(wait=True) == expected


def test_no_look_is_lost_to_another() -> None:
    mailbox, looks = Mailbox(), tuple(SeeRequest(make_picture(seed=seed)) for seed in range(3))
    for look in looks:
        mailbox.put_look(look)
    mailbox.put_job(None)

    assert mailbox.take_commands(wait=True) == WorkerCommands(looks=looks, ends_job=True)
    assert mailbox.take_commands(wait=False) == WorkerCommands()


def test_a_look_that_is_not_wanted_any_more_is_told_and_all_others_are_kept() -> None:
    mailbox = Mailbox()
    first, second, third = (SeeRequest(make_picture(seed=seed)) for seed in range(3))
    mailbox.put_look(first)
    mailbox.put_look(second)
    mailbox.put_stop_look(first.id)
    mailbox.put_stop_look(third.id)  # taken before

    expected = WorkerCommands(looks=(second,), ends_looks=frozenset({first.id, third.id}), unstarted=(first,))
    assert mailbox.take_commands(wait=True) == expected


def test_every_kind_of_mail_wakes_the_taker() -> None:
    request, look, described = make_request(), SeeRequest(make_picture()), DescribeRequest(make_picture())
    puts: list[tuple[Callable[[Mailbox], None], WorkerCommands]] = [
        (lambda mailbox: mailbox.put_live(request), WorkerCommands(live=request)),
        (lambda mailbox: mailbox.put_look(look), WorkerCommands(looks=(look,))),
        (lambda mailbox: mailbox.put_stop_look(7), WorkerCommands(ends_looks=frozenset({7}))),
        (lambda mailbox: mailbox.put_description(described), WorkerCommands(descriptions=(described,))),
        (lambda mailbox: mailbox.put_job(request), WorkerCommands(job=request, ends_job=True)),
        (lambda mailbox: mailbox.put_job(None), WorkerCommands(ends_job=True)),
        (lambda mailbox: mailbox.put_background(request), WorkerCommands(background=request, ends_background=True)),
        (lambda mailbox: mailbox.put_background(None), WorkerCommands(ends_background=True)),
        (lambda mailbox: mailbox.put_previews([request]), WorkerCommands(previews=(request,), ends_previews=True)),
        (lambda mailbox: mailbox.put_previews([]), WorkerCommands(ends_previews=True)),
        (lambda mailbox: mailbox.put_pause(False), WorkerCommands(pauses_background=False)),
        (lambda mailbox: mailbox.close(), WorkerCommands(is_closing=True)),
    ]
    with ThreadPoolExecutor(1) as pool:
        for put, expected in puts:
            mailbox = Mailbox()
            taken = pool.submit(mailbox.take_commands, wait=True)
            put(mailbox)
            assert taken.result(GUARD_SECONDS) == expected


def test_a_closed_mailbox_gives_what_was_in_it_then_takes_and_holds_nothing() -> None:
    mailbox, live = Mailbox(), make_request()
    mailbox.put_live(live)
    mailbox.close()
    mailbox.close()
    mailbox.put_live(make_request())
    mailbox.put_job(make_request())
    mailbox.put_job(None)

    assert mailbox.take_commands(wait=True) == WorkerCommands(live=live, is_closing=True)
    assert mailbox.take_commands(wait=True) == WorkerCommands(is_closing=True)


def test_many_threads_lose_no_job_and_take_none_twice() -> None:
    mailbox = Mailbox()
    requests = [make_request() for _ in range(200)]
    everybody_is_here = threading.Barrier(4)

    def put(own: list[object]) -> None:
        everybody_is_here.wait(GUARD_SECONDS)
        for request in own:
            mailbox.put_job(request)

    def take() -> list[int]:
        seen: list[int] = []
        everybody_is_here.wait(GUARD_SECONDS)
        while True:
            commands = mailbox.take_commands(wait=True)
            seen += [request.id for request in commands.unstarted]
            seen += [commands.job.id] if commands.job else []
            if commands.is_closing:
                return seen

    with ThreadPoolExecutor(4) as pool:
        taker = pool.submit(take)
        putters = [pool.submit(put, requests[start::3]) for start in range(3)]
        for putter in putters:
            putter.result(GUARD_SECONDS)
        mailbox.close()
        seen = taker.result(GUARD_SECONDS)

    assert sorted(seen) == sorted(request.id for request in requests)
