#!/usr/bin/env python3
"""Runs scenarios, each several times with the contestants taking turns, and prints a table for each. Started by deploy/bench."""

import argparse
import importlib
import pkgutil
import signal
import sys
import time
from pathlib import Path

import plot
import scenarios
from broker import Broker
from contestants import all_contestants
from machine import description
from report import Report


# What is said of a run at once: enough to see that it went, and whether the machine was busy with other things.
SHOWN = ("per_second", "cpu_us", "fdatasync_ms", "spin_ms", "others_processors")


def all_scenarios() -> list:
    """In the order of their files' names, and then as they stand there."""
    modules = sorted(module.name for module in pkgutil.iter_modules(scenarios.__path__))
    found = [scenario for name in modules for scenario in importlib.import_module(f"scenarios.{name}").SCENARIOS]
    return sorted(found, key=lambda scenario: scenario.position)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deploy/bench")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--scenario", action="append")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--contestants")
    parser.add_argument("--results", type=Path)
    return parser.parse_args()


def chosen(things: list, names: list[str] | None, word: str) -> list:
    unknown = set(names or []) - {thing.name for thing in things}
    if unknown:
        known = ", ".join(thing.name for thing in things)
        raise SystemExit(f"Error: there is no {word} {', '.join(sorted(unknown))}; there are {known}")
    return [thing for thing in things if not names or thing.name in names]


def contestant_names(given: argparse.Namespace) -> list[str] | None:
    return given.contestants.split(",") if given.contestants else None


def taking_part(given: argparse.Namespace, report: Report) -> list:
    found = []
    for contestant in chosen(all_contestants(), contestant_names(given), "contestant"):
        missing = contestant.missing()
        report.say(f"{contestant.name:14} {'left out: ' + missing if missing else contestant.sentence}")
        if not missing:
            found.append(contestant)
    return found


def measure(scenario, contestants: list, broker: Broker, given: argparse.Namespace, report: Report) -> bool:
    """Whether all of its runs came to what they had to."""
    runs = min(given.runs or (1 if given.quick else 3), scenario.runs_at_most)
    rounds, good = [], True
    events = scenario.quick_events if given.quick else scenario.events
    report.say(f"\n{scenario.name}: {scenario.sentence.format(events=f'{events:,}')}")
    for number in range(1, runs + 1):
        results = {}
        for contestant in scenario.taking_turns_quickly(contestants) if given.quick else scenario.taking_turns(contestants):
            print(f"  {time.strftime('%H:%M:%S')} {contestant.name}, run {number} of {runs}", end="", flush=True)
            try:
                result = scenario.measure(contestant, broker, given.quick)
            except (RuntimeError, OSError) as error:
                print()
                report.say(f"  {contestant.name} failed: {error}")
                report.line(scenario=scenario.name, contestant=contestant.name, run=number, failed=str(error))
                good = False
                continue
            print("".join(f", {key} {result[key]}" for key in SHOWN if key in result))
            report.line(scenario=scenario.name, contestant=contestant.name, run=number, time=time.strftime("%FT%T%z"), **result)
            if result.get("wrong"):
                report.say(f"  {contestant.name} is wrong: {result['wrong']}")
                good = False
            results[contestant.name] = result
        rounds.append(results)
    report.table(scenario, rounds)
    return good


def names(given: argparse.Namespace) -> int:
    """Only looks whether all names are known, or says which there are: before anything is built."""
    found = chosen(all_scenarios(), given.scenario, "scenario"), chosen(all_contestants(), contestant_names(given), "contestant")
    if given.list:
        print("\nScenarios:    " + ", ".join(scenario.name for scenario in found[0]))
        print("Contestants:  " + ", ".join(contestant.name for contestant in found[1]))
    return 0


def main() -> int:
    given = options()
    if not given.results:
        return names(given)
    # What was started has to end, however we do.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = Report(given.results)
    scenarios_chosen = chosen(all_scenarios(), given.scenario, "scenario")
    contestants = taking_part(given, report)
    broker = Broker()
    report.line(machine=description(), quick=given.quick, time=time.strftime("%FT%T%z"))
    good = True
    for scenario in scenarios_chosen:
        invited = [
            contestant for contestant in contestants if scenario.invites(contestant.name, bool(given.contestants), given.quick)]
        missing = scenario.missing()
        if missing:
            report.say(f"\n{scenario.name} is left out: {missing}")
        elif invited:
            good = measure(scenario, invited, broker, given, report) and good
    plot.draw(given.results)
    report.say(f"\nAll results are in {given.results}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
