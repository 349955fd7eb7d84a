#!/usr/bin/env python3
"""How much of the sources a run of instrumented tests has reached: coverage.py BUILD SOURCE-ROOT

Asks gcov about every object of the build, adds up what it says about `src/` and `include/`, prints a
table by layer and the files with most uncovered lines, and writes all uncovered lines and branches to
BUILD/coverage.txt. Ends with status 3 if `src/` is below the goal.

A line counts once, whichever object reached it. A branch counts where the source has a decision (`if`,
`while`, `for`, `switch`, `case`, `?`, `&&`, `||`). Left out are:
- branches to where an exception is caught or passed on, and their other side, which is no decision;
- branches of lines without a decision: loops that the compiler makes, guards of static variables;
- lines of DUROXIDE_INVARIANT: only a bug of ours takes the other side of those.
Of a template, one instance that takes a branch is enough.
"""

import bisect
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

GOAL_LINES = 95.0
GOAL_BRANCHES = 85.0
WORST_FILES = 25
DECISION = re.compile(r"\b(if|while|for|switch|case|default)\b|\?|&&|\|\|")


def ask_gcov(notes, root):
    """What gcov says of one object, as a list of files."""
    command = [os.environ.get("GCOV", "gcov"), "--json-format", "--stdout", "--branch-probabilities",
               "--relative-only", "--source-prefix", str(root), notes.name]
    answer = subprocess.run(command, cwd=notes.parent, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, check=True, text=True).stdout
    files = []
    for document in answer.splitlines():
        if document.strip():
            files += json.loads(document)["files"]
    return files


def decisions_of(branches):
    """Counts of the branches of a line, without those that exist for exceptions."""
    kept = []
    for branch in branches:
        if not branch["throw"]:
            kept.append(branch)
        elif kept and kept[-1]["fallthrough"]:
            kept.pop()
    return [branch["count"] for branch in kept]


def shape_of(branches):
    return [(branch["throw"], branch["fallthrough"]) for branch in branches]


def one_instance(branches, instances):
    """The branches of a line of a template whose instances gcov has put one behind the other, as those of
    one of them; as they are if the instances differ."""
    size = len(branches) // instances
    parts = [branches[begin:begin + size] for begin in range(0, len(branches), max(size, 1))]
    if size * instances != len(branches) or any(shape_of(part) != shape_of(parts[0]) for part in parts):
        return branches
    return [{**same[0], "count": sum(each["count"] for each in same)} for same in zip(*parts)]


class Functions:
    """The functions of a file in one object. Of a template, each instance is one, and its lines come by
    themselves; those of lambdas in it do not: gcov takes their first line for the whole of them."""

    def __init__(self, functions, text):
        self.text = text
        self.starts = collections.Counter(each["start_line"] for each in functions)
        self.lines_of_starts = sorted(self.starts)
        self.start_of = {each["name"]: each["start_line"] for each in functions}

    def indentation(self, number):
        line = self.text[number - 1] if number <= len(self.text) else ""
        return len(line) - len(line.lstrip()) if line.strip() else sys.maxsize

    def instances_in(self, line):
        """How many instances stand one behind the other in what gcov says of this line."""
        if self.starts[self.start_of.get(line.get("function_name"), 0)] > 1:
            return 1  # it is of one instance
        number = line["line_number"]
        before = bisect.bisect_right(self.lines_of_starts, number)
        start = self.lines_of_starts[before - 1] if before > 0 else 0
        is_inside = self.starts[start] > 1 and all(self.indentation(each) > self.indentation(start)
                                                   for each in range(start + 1, number + 1))
        return self.starts[start] if is_inside else 1


class File:
    """What is known of one source file."""

    def __init__(self, path):
        self.text = path.read_text(encoding="utf-8").splitlines()
        self.lines = collections.Counter()
        self.branches = {}

    def add(self, lines, functions):
        functions = Functions(functions, self.text)
        for line in lines:
            number = line["line_number"]
            self.lines[number] += line["count"]
            counts = decisions_of(one_instance(line["branches"], functions.instances_in(line)))
            text = self.text[number - 1] if number <= len(self.text) else ""
            if not counts or "DUROXIDE_INVARIANT" in text or not DECISION.search(text):
                continue
            # Instances of a template: enough if one of them takes a branch.
            key = number, len(counts)
            known = self.branches.setdefault(key, [0] * len(counts))
            self.branches[key] = [one + other for one, other in zip(known, counts)]

    def uncovered_lines(self):
        return sorted(number for number, count in self.lines.items() if count == 0)

    def uncovered_branches(self):
        return sorted(number for (number, _), counts in self.branches.items()
                      if self.lines[number] > 0 for count in counts if count == 0)

    def figures(self):
        branches = [count for counts in self.branches.values() for count in counts]
        return (sum(1 for count in self.lines.values() if count > 0), len(self.lines),
                sum(1 for count in branches if count > 0), len(branches))


def ranges(numbers):
    """`3-5 8` for 3, 4, 5, 8."""
    texts = []
    for number in numbers:
        if texts and number == texts[-1][1] + 1:
            texts[-1][1] = number
        else:
            texts.append([number, number])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in texts)


def percent(part, whole):
    return 100.0 if whole == 0 else 100.0 * part / whole


def add_up(figures):
    return tuple(map(sum, zip(*figures)))


def row(name, figures):
    lines, all_lines, branches, all_branches = figures
    return (f"{name:24} {lines:6} of {all_lines:6} {percent(lines, all_lines):6.1f} %   "
            f"{branches:6} of {all_branches:6} {percent(branches, all_branches):6.1f} %")


def layer_of(name):
    parts = pathlib.PurePath(name).parts
    return parts[0] if parts[0] == "include" else "/".join(parts[:2])


def notes_of(build):
    """The notes of the objects that the build makes as it is configured. What an option has left out since
    then, such as the store in PostgreSQL, lies there still, and nothing runs it; notes without an object
    are what a compilation has left that was broken off."""
    commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    objects = {build / each["output"] for each in commands}
    return sorted(each.with_suffix(".gcno") for each in objects
                  if each.exists() and each.with_suffix(".gcno").exists())


def read_all(build, root):
    files = {}
    notes = notes_of(build)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(lambda each: ask_gcov(each, root), notes):
            for each in found:
                path = (build / each["file"]).resolve()  # headers are seen by way of links
                name = str(path.relative_to(root)) if path.is_relative_to(root) else ""
                if name.startswith(("src/", "include/")):
                    if name not in files:
                        files[name] = File(path)
                    files[name].add(each["lines"], each["functions"])
    return files


def write_details(files, path):
    with path.open("w", encoding="utf-8") as out:
        for name, file in sorted(files.items()):
            lines, branches = file.uncovered_lines(), file.uncovered_branches()
            if lines:
                out.write(f"{name}: lines {ranges(lines)}\n")
            if branches:
                out.write(f"{name}: branches at {' '.join(map(str, branches))}\n")


def main():
    build, root = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    files = read_all(build, root)
    layers = collections.defaultdict(list)
    for name, file in files.items():
        layers[layer_of(name)].append(file.figures())
    print(f"{'':24} {'lines':>17}           {'branches':>17}")
    for layer in sorted(layers, key=lambda each: (each == "include", each)):
        print(row(layer, add_up(layers[layer])))
    total = add_up([file.figures() for name, file in files.items() if name.startswith("src/")])
    print(row("src, all of it", total))

    print("\nMost uncovered lines:")
    worst = sorted(files, key=lambda name: -len(files[name].uncovered_lines()))
    for name in worst[:WORST_FILES]:
        count = len(files[name].uncovered_lines())
        if count > 0:
            print(f"{count:5}  {name}")
    details = build / "coverage.txt"
    write_details(files, details)
    lost = build / "not_counted.txt"
    if lost.exists():
        print("\n" + lost.read_text(encoding="utf-8"), end="")
    print(f"\nWhich: {details}")

    lines, branches = percent(*total[:2]), percent(*total[2:])
    met = lines >= GOAL_LINES and branches >= GOAL_BRANCHES
    print(f"coverage of src: {lines:.1f} % of lines (goal: {GOAL_LINES:.0f} %), "
          f"{branches:.1f} % of branches (goal: {GOAL_BRANCHES:.0f} %): {'met' if met else 'missed'}")
    return 0 if met else 3


if __name__ == "__main__":
    sys.exit(main())
