"""Who does what next: exact small cases, then any order of crashes, hangs, kills and slow workers."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wince_headless.work.foreman import Close, Finish, Foreman, Give, Kill, Start
from wince_headless.work.trouble import FULL, KILLED, LIMIT

VIEWS = ("frontal", "left")


def person(number, expressions=3):
    """A person and its keys, as `shards.missing` gives them."""
    name = f"id{number:05d}"
    return {"id": name}, [f"{name}/e{e:02d}/{view}" for e in range(expressions) for view in VIEWS]


class Judge:
    """Quarantine as trouble.py has it, in memory."""

    def __init__(self):
        self.weights, self.hows = Counter(), {}

    def __call__(self, key, how, weight, n):
        self.weights[key] += weight
        self.hows[key] = how
        return self.weights[key] >= LIMIT


def foreman(workers=1, there=lambda key: False, **facts):
    return Foreman(workers, Judge(), there, **facts)


def begun(boss, now=0.0):
    """Start all that want to start, and return the orders."""
    orders = boss.orders(now)
    for order in orders:
        if isinstance(order, Start):
            boss.hear(order.n, {"event": "start"}, now)
    return orders


def view(boss, n, key, now=0.0):
    boss.hear(n, {"event": "begin", "key": key}, now)
    boss.hear(n, {"event": "view", "key": key}, now)


def test_nothing_to_do_starts_nobody():
    boss = foreman(2)
    boss.take(0, [])
    boss.no_more()
    assert boss.orders(0.0) == [Finish(0)] and boss.over


def test_a_worker_is_given_a_person_and_the_next_one_shortly_before_it_runs_dry():
    boss = foreman()
    boss.take(0, [person(0), person(1)])
    boss.no_more()
    (one, keys), (other, others) = person(0), person(1)
    assert boss.orders(0.0) == [Start(0), Give(0, one, tuple(keys))]
    boss.hear(0, {"event": "start"}, 1.0)
    for key in keys[:-2]:
        view(boss, 0, key)
        assert boss.orders(2.0) == []
    view(boss, 0, keys[-2])                                 # one is left
    assert boss.orders(3.0) == [Give(0, other, tuple(others))]
    view(boss, 0, keys[-1])
    boss.hear(0, {"event": "served", "id": one["id"]}, 4.0)
    for key in others:
        view(boss, 0, key)
    boss.hear(0, {"event": "served", "id": other["id"]}, 5.0)
    assert boss.orders(6.0) == [Finish(0), Close(0)] and not boss.over
    boss.ended(0, 0)
    assert boss.over and boss.views == 12


def test_the_views_of_the_last_person_are_cut_among_workers_with_nothing_to_do():
    boss = foreman(2)
    one, keys = person(0, expressions=10)
    boss.take(0, [(one, keys)])
    boss.no_more()
    given_out = {order.n: order.samples for order in boss.orders(0.0) if isinstance(order, Give)}
    assert given_out == {0: tuple(keys[:5]), 1: tuple(keys[5:9])}       # a quarter, then a quarter of the rest


def test_few_views_start_few_workers():
    boss = foreman(8)
    boss.take(0, [person(0, expressions=3)])
    assert [order for order in boss.orders(0.0) if isinstance(order, Start)] == [Start(0), Start(1)]


def test_what_a_dead_worker_had_in_hand_waits_first_in_line():
    boss = foreman()
    boss.take(0, [person(0), person(1)])
    begun(boss)
    keys = person(0)[1]
    view(boss, 0, keys[0])
    boss.hear(0, {"event": "begin", "key": keys[1]}, 0.0)
    boss.ended(0, -11)
    assert boss.judge.weights == {keys[1]: FULL} and "SIGSEGV" in boss.judge.hows[keys[1]]
    assert boss.orders(1.0) == [Start(0), Give(0, person(0)[0], tuple(keys[1:]))]


@pytest.mark.parametrize(("code", "killed", "weight"),
                         [(-9, False, KILLED), (137, False, KILLED), (-9, True, FULL), (3, False, FULL), (-6, False, FULL)])
def test_a_bare_kill_weighs_little(code, killed, weight):
    boss = foreman(limit=10.0)
    boss.take(0, [person(0)])
    begun(boss)
    boss.hear(0, {"event": "begin", "key": person(0)[1][0]}, 0.0)
    if killed:
        assert boss.orders(10.5) == [Kill(0)] and boss.orders(11.0) == []
    boss.ended(0, code)
    assert boss.judge.weights == {person(0)[1][0]: weight}


@pytest.mark.parametrize("code", [0, 75, -15, -10, 143])
def test_a_worker_that_leaves_by_itself_is_replaced_and_nothing_is_to_blame(code):
    boss = foreman()
    boss.take(0, [person(0)])
    begun(boss)
    view(boss, 0, person(0)[1][0])
    boss.ended(0, code)
    assert not boss.judge.weights
    assert boss.orders(1.0) == [Start(0), Give(0, person(0)[0], tuple(person(0)[1][1:]))]


def test_a_worker_with_nothing_to_do_is_not_late():
    boss = foreman(2, limit=10.0)
    boss.take(0, [person(0, 3)])
    begun(boss)
    for key in boss.workers[1].hand[0].samples[:]:
        view(boss, 1, key)
    boss.hear(0, {"event": "begin", "key": person(0)[1][0]}, 95.0)
    assert not [order for order in boss.orders(100.0) if isinstance(order, Kill)]


def test_the_time_of_a_view_counts_from_what_was_said_last():
    boss = foreman(limit=10.0)
    boss.take(0, [person(0)])
    begun(boss, 0.0)
    boss.hear(0, {"event": "begin", "key": person(0)[1][0]}, 8.0)
    assert boss.orders(18.0) == [] and boss.orders(18.1) == [Kill(0)]


def test_what_is_there_by_now_is_not_given_out():
    there = {*person(0)[1], *person(1)[1][:3]}
    boss = foreman(there=there.__contains__)
    boss.take(0, [person(0), person(1)])
    assert boss.orders(0.0) == [Start(0), Give(0, person(1)[0], tuple(person(1)[1][3:]))]
    assert boss.open == {0: 3}


def test_a_worker_that_passes_samples_over_does_not_do_so_forever():
    boss = foreman()
    boss.take(0, [person(0, 1)])
    boss.no_more()
    for _ in range(40):
        for order in begun(boss):
            if isinstance(order, Give):
                boss.hear(0, {"event": "served", "id": "id00000"}, 0.0)
            if isinstance(order, Close):
                boss.ended(0, 0)
        if boss.over:
            break
    assert boss.over and sorted(boss.quarantined) == person(0, 1)[1]


def test_after_a_refusal_others_finish_their_view_and_no_more():
    boss = foreman(2)
    boss.take(0, [person(0), person(1)])
    begun(boss)
    boss.hear(0, {"event": "error", "message": "paint it"}, 0.0)
    boss.ended(0, 2)
    assert boss.orders(1.0) == [Close(1)] and boss.refusal == "paint it"
    boss.ended(1, 75)
    assert boss.over


def test_three_starts_that_begin_nothing_are_enough_whoever_they_are():
    boss = foreman(4)
    boss.take(0, [person(n) for n in range(8)])
    boss.orders(0.0)
    for n in range(3):
        boss.ended(n, 1, ("libX is missing",))
    assert boss.stopping and "libX is missing" in boss.refusal and not boss.judge.weights


def test_a_shard_is_finished_when_its_last_sample_is_there_or_in_quarantine():
    boss = foreman(recycle=500)
    boss.take(4, [person(0, 1)])
    boss.take(5, [person(1, 1)])
    begun(boss)
    first, second = person(0, 1)[1]
    view(boss, 0, first)
    boss.orders(0.0)
    view(boss, 0, second)
    assert Finish(4) in boss.orders(0.0) and boss.open == {5: 2}


# ---- anything may happen

BEHAVIOUR = st.sampled_from(["view"] * 12 + ["crash", "kill", "hang", "leave", "slow", "grown", "grown back", "unheard"])


class World:
    """Processes that do what hypothesis says, and a look over the foreman's shoulder at every step."""

    def __init__(self, workers, recycle, cursed):
        self.made, self.now, self.cursed = Counter(), 0.0, cursed
        self.boss = Foreman(workers, Judge(), self.made.__contains__, recycle, limit=100.0)
        self.queues = {}                            # of living processes: keys to do, closed?
        self.finished = []

    def order(self):
        for order in self.boss.orders(self.now):
            match order:
                case Start(n):
                    assert n not in self.queues
                    self.queues[n] = [], [False]
                    self.boss.hear(n, {"event": "start"}, self.now)
                case Give(n, who, samples):
                    assert samples and not self.queues[n][1][0]
                    for key in samples:
                        assert key.startswith(who["id"]) and key not in self.made
                        assert not any(key in keys for keys, _ in self.queues.values()), "in two hands"
                    self.queues[n][0].extend(samples)
                case Close(n):
                    self.queues[n][1][0] = True
                case Kill(n):
                    self.end(n, -9)
                case Finish(shard):
                    self.finished.append(shard)

    def end(self, n, code):
        del self.queues[n]
        self.boss.ended(n, code)

    def act(self, n, what):
        keys, closed = self.queues[n]
        if closed[0]:
            return self.end(n, 75 if keys else 0)
        if not keys:
            return None
        self.boss.hear(n, {"event": "begin", "key": keys[0]}, self.now)
        if keys[0] in self.cursed:
            return self.end(n, -11)
        return self.misbehave(n, keys, what)

    def misbehave(self, n, keys, what):
        match what:
            case "crash":
                self.end(n, 3)
            case "kill":
                self.end(n, -9)
            case "hang":
                self.now += 101.0
            case "leave":
                self.end(n, 75)
            case "grown" | "grown back":
                self.boss.weigh(n, what == "grown")
            case "unheard":                         # it is on disk, and the worker dies before it can say so
                self.made[keys[0]] += 1
                self.end(n, -9)
            case "view":
                self.made[key := keys.pop(0)] += 1
                self.boss.hear(n, {"event": "view", "key": key}, self.now)
                if not any(other.startswith(key[:7]) for other in keys):
                    self.boss.hear(n, {"event": "served", "id": key[:7]}, self.now)


def run(world, shards, data, steps=4000):
    """Let the world go on until the foreman says that it is over."""
    waiting = list(enumerate(shards))
    for _ in range(steps):
        if world.boss.hungry:
            world.boss.take(*waiting.pop(0)) if waiting else world.boss.no_more()
        world.order()
        if world.boss.over:
            return
        for n in list(world.queues):
            world.act(n, data.draw(BEHAVIOUR) if data else "view")
        world.now += 1.0
    raise AssertionError("it does not end")


def plan(people_of):
    """Shards with so many people each."""
    numbers = iter(range(1000))
    return [[person(next(numbers), 1 + (k % 4)) for k in range(count)] for count in people_of]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 5), st.lists(st.integers(0, 4), min_size=1, max_size=4), st.integers(1, 30))
def test_whatever_happens_nothing_is_lost_or_done_twice_and_it_ends(data, workers, people_of, recycle):
    shards = plan(people_of)
    everything = {key for shard in shards for _, keys in shard for key in keys}
    cursed = data.draw(st.sets(st.sampled_from(sorted(everything)), max_size=2)) if everything else set()
    world = World(workers, recycle, cursed)
    run(world, shards, data)
    boss = world.boss
    assert all(count == 1 for count in world.made.values())
    if boss.refusal:
        return                                      # it gave up on the machine: said so, and lost nothing
    assert {*world.made} | {*boss.quarantined} == everything and not {*world.made} & {*boss.quarantined}
    assert sorted(world.finished) == list(range(len(shards))) and not boss.open


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 8), st.lists(st.integers(0, 5), min_size=1, max_size=5), st.integers(1, 40))
def test_when_all_goes_well_everyone_is_busy_to_the_end(workers, people_of, recycle):
    shards = plan(people_of)
    world = World(workers, 500, set())
    run(world, shards, None)
    views = sum(len(keys) for shard in shards for _, keys in shard)
    assert len(world.made) == views and not world.boss.judge.weights
    assert world.now <= views / workers + 3 + 6         # a step is a view of everyone; nobody holds on to a whole person at the end


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 4), st.integers(0, 40))
def test_a_stop_ends_soon_and_what_is_left_is_whole(data, workers, when):
    shards = plan([3, 3])
    world, waiting = World(workers, 500, set()), list(enumerate(shards))
    for step in range(when + 3):
        if step == when:
            world.boss.stop()
        if world.boss.hungry:
            world.boss.take(*waiting.pop(0)) if waiting else world.boss.no_more()
        world.order()
        for n in list(world.queues):
            world.act(n, "view")
    assert world.boss.over and not world.queues
    assert all(count == 1 for count in world.made.values())
