"""Paths through a program, what is assumed on them and what is to be proved."""

import time
from contextlib import contextmanager
from itertools import islice

from bitwuzla import Bitwuzla, Option, Options, Result

from .terms import terms, true


class Unproved(Exception):
    """A goal does not hold, or the solver had no answer in time."""

    def __init__(self, goal, answer, path):
        super().__init__(f"{goal}: {answer}, where {path}")
        self.goal = goal
        self.found = answer == "it can fail"  # and not only that nobody knows


def solver(seconds):
    options = Options()
    options.set(Option.TIME_LIMIT_PER, int(seconds * 1000))
    options.set(Option.PRODUCE_MODELS, True)
    return Bitwuzla(terms, options)


class Unreachable(Exception):
    """Nothing can go this way, which no branch had found out in time."""


class Path:
    """One way through: which side of each branch was taken, and what is assumed on it."""

    def __init__(self, decisions, seconds, log=None):
        self.decisions, self.taken, self.alternatives = decisions, [], []
        self.assumptions, self.written, self.goals = [], [], 0
        self.solver, self.asserted = solver(seconds), 0
        self.seconds, self.log = seconds, log
        self.places = {}  # of a term: the zone that it lies in, and its remainder by 16, where they are known

    def assume(self, truth):
        if truth.value is not True:
            self.assumptions.append(truth)

    @contextmanager
    def aside(self):
        """What is assumed here is for what is required here alone."""
        count, places = len(self.assumptions), dict(self.places)
        kept, self.solver = self.solver, None
        yield
        del self.assumptions[count:]
        self.solver, self.places = kept, places

    def place(self, address, zone, remainder):
        """It is known of an address where it lies: what is written in one zone is not read in another one."""
        if address.base is not None:
            self.places[address.base.id()] = (zone, None if remainder is None else remainder - address.offset)

    def apart(self, one, other):
        """Whether two addresses surely differ."""
        (zone, remainder), (another, other_remainder) = (self._place_of(address) for address in (one, other))
        return (None not in (zone, another) and zone != another) or (
            None not in (remainder, other_remainder) and (remainder - other_remainder) % 16 != 0
        )

    def _place_of(self, address):
        if address.base is None:
            return ("lists" if address.value < 1296 else None), address.value
        zone, remainder = self.places.get(address.base.id(), (None, None))
        return zone, None if remainder is None else remainder + address.offset

    def require(self, truth, goal, cases=()):
        """Proves it now, from what is assumed up to here; case by case where that is long."""
        self.goals += 1
        began = time.monotonic()
        answer = Result.UNSAT
        if truth.value is not True:
            answer = self._ask(~truth, seconds=self.seconds / 6 if cases else self.seconds)
            if answer == Result.UNKNOWN and cases:
                answer = self._by_cases(truth, cases)
        took = time.monotonic() - began
        if self.log and took > 1:
            self.log(f"    {goal}: {took:.1f} s")
        if answer != Result.UNSAT:
            raise Unproved(goal, "it can fail" if answer == Result.SAT else "no answer", self)

    def _by_cases(self, truth, cases):
        before = []
        for case in (*cases, true):
            answer = self._ask(case, ~truth, *before)
            if answer != Result.UNSAT:
                return answer
            before.append(~case)
        return Result.UNSAT

    def wrote(self, address):
        self.written.append((address, None))

    def wrote_range(self, start, length):
        self.written.append((start, length))

    def _ask(self, *truths, seconds=None):
        if self.solver is None:
            return self._ask_lazily(truths, seconds or self.seconds)
        for truth in self.assumptions[self.asserted:]:
            self.solver.assert_formula(truth.term)
        self.asserted = len(self.assumptions)
        return self.solver.check_sat(*[truth.term for truth in truths])

    def _ask_lazily(self, truths, seconds):
        """Asks with few assumptions, and adds those that an answer contradicts: most goals need a quarter of them."""
        asked, began = solver(seconds), time.monotonic()
        for truth in truths:
            asked.assert_formula(truth.term)
        waiting = {truth.term.id(): truth.term for truth in self.assumptions}
        while (answer := asked.check_sat()) == Result.SAT:
            contradicted = list(islice((key for key, term in waiting.items() if asked.get_value(term).is_false()), 15))
            if not contradicted:
                return answer
            for key in contradicted:
                asked.assert_formula(waiting.pop(key))
            if time.monotonic() - began > seconds:
                return Result.UNKNOWN
        return answer

    def reach(self, goal="the end of a path"):
        """Shows that the path can be gone: else what is proved on it would be nothing."""
        began = time.monotonic()
        answer = self._ask_lazily((), self.seconds)
        if self.log:
            self.log(f"    {goal} is reached: {answer} in {time.monotonic() - began:.1f} s")
        if answer == Result.UNSAT:
            raise Unreachable
        if answer != Result.SAT:
            raise Unproved(f"{goal} is reached", "no answer", self)

    def certain(self, truth):
        """Whether it surely holds. (That it was not found out in time is no fault.)"""
        return truth.value if truth.value is not None else self._ask(~truth) == Result.UNSAT

    def branch(self, condition):
        """Goes one way now, and the other one on another path, where both can be gone."""
        if condition.value is not None:
            return condition.value
        place = len(self.taken)
        if place < len(self.decisions):
            way = self.decisions[place]
        elif self._ask(condition) == Result.UNSAT:
            way = False
        else:
            way = True
            if self._ask(~condition) != Result.UNSAT:
                self.alternatives.append([*self.taken, False])
        self.taken.append(way)
        self.assume(condition if way else ~condition)
        return way

    def __str__(self):
        return "".join("yn"[not way] for way in self.taken) or "there is one way only"


def prove(run, seconds=300, paths=None, log=None):
    """Runs a program on every path and proves every goal.

    run      is given a path; it assumes, executes and requires
    seconds  for each question to the solver
    paths    how many can be gone: one that nothing can go would prove nothing
    @returns the number of goals, and of paths
    """
    waiting, goals, walked = [[]], 0, 0
    while waiting:
        decisions = waiting.pop()
        path = Path(decisions, seconds, log)
        try:
            run(path)
            walked += 1
        except Unreachable:
            pass
        waiting += path.alternatives
        goals += path.goals
        if log:
            log(f"  {path}: {path.goals} goals")
    if walked == 0:
        raise Unproved("a path can be gone", "none can", "all are contradictions")
    if paths is not None and walked != paths:
        raise Unproved(f"{paths} paths can be gone", f"{walked} can", "none is missing")
    return goals, walked
