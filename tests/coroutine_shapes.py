#!/usr/bin/env python3
"""Finds coroutines of a shape that GCC 12 compiles wrongly.

Installed as duroxide-check-coroutines.

usage: duroxide-check-coroutines FILE…        names each place; exit 1 if there is one
       duroxide-check-coroutines --self-test  checks that each shape is found, and its cure is not

The shapes (Clang is right in each case):
  no-local        the outermost block declares nothing and holds if/while/for/switch/try around a
                  co_await: it suspends once too often. Cure: declare any local in that block.
  aggregate       a temporary made with designated initialisers inside a co_await expression, or with
                  braces if one of the files defines its struct, without a constructor: it is
                  destroyed twice. Cure: input<T>(members...), or name it first.
  capturing       a capturing lambda inside a co_await expression: likewise. Cure: name it first.

A line with the comment `wrong on purpose` just above the function excuses it.
"""

import re
import sys

KEYWORD = re.compile(r"(?<!operator )\bco_(?:await|return|yield)\b")
CONTROL = re.compile(r"(?:if|while|for|switch|try|do)\b")
# A declaration in the outermost block: a type, a name, and an initialiser, an argument list or nothing.
DECLARATION = re.compile(
    r"(?:\[\[\w+\]\]\s*)?(?:static\s+|constexpr\s+|const\s+)*"
    r"(?:auto|[A-Za-z_][\w:]*(?:<[^;=]*>)?(?:::[\w]+)*)(?:\s*[&*]+\s*|\s+)(?:const\s+)?"
    r"(?:\[[\w\s,]+\]|[A-Za-z_]\w*)\s*(?:=|\{|\(|;)"
)
NOT_A_TYPE = re.compile(r"(?:return|co_return|co_await|co_yield|throw|else|delete|new|using|goto|case)\b")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def without_text(source):
    """The source with comments and literals blanked out, every character in its place."""
    pattern = (
        r'R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/'
    )
    return re.sub(pattern, blank, source, flags=re.DOTALL)


def matching(source, start):
    """The place behind the bracket that closes the one at `start`."""
    pairs = {"{": "}", "(": ")", "[": "]"}
    opening, closing, depth = source[start], pairs[source[start]], 0
    for place in range(start, len(source)):
        if source[place] == opening:
            depth += 1
        elif source[place] == closing:
            depth -= 1
            if depth == 0:
                return place + 1
    return len(source)


def opening(before):
    """The place of the parenthesis that the last character closes."""
    depth = 0
    for place in range(len(before) - 1, -1, -1):
        depth += (before[place] == ")") - (before[place] == "(")
        if depth == 0:
            return place
    return 0


def bodies(source):
    """The brace blocks that follow a parameter list: functions and lambdas, as (start, end)."""
    for brace in re.finditer(r"\{", source):
        # A parameter list is not longer than this.
        before = source[max(0, brace.start() - 2000) : brace.start()].rstrip()
        head = re.search(r"(?:\)|\]|\bmutable|\bnoexcept|\bconst|\boverride|->\s*[\w:<>,\s*&]+)$", before)
        if head is None:
            continue
        if before.endswith(")") and re.search(
            r"\b(?:if|while|for|switch|catch|constexpr)\s*$", before[: opening(before)]
        ):
            continue
        yield brace.start(), matching(source, brace.start())


def inner_bodies_blanked(source, start, end, every):
    """The block without the bodies of the lambdas in it."""
    block = source[start:end]
    for inner_start, inner_end in every:
        if start < inner_start and inner_end <= end:
            a, b = inner_start - start + 1, inner_end - start - 1
            block = block[:a] + re.sub(r"[^\n]", " ", block[a:b]) + block[b:]
    return block


def statements(block):
    """The statements of the outermost level: (text, place in the block)."""
    place, start = 1, 1
    while place < len(block) - 1:
        character = block[place]
        if character in "{([":
            end = matching(block, place)
            following = block[end:].lstrip()
            if character == "{" and not re.match(r"(?:[;,.)=]|else\b|catch\b|while\b|-|\+|\*)", following):
                yield block[start:end], start
                start = end
            place = end
            continue
        if character == ";":
            yield block[start : place + 1], start
            start = place + 1
        place += 1


def aggregates_of(source):
    """The names of the structs that a source without comments defines and gives no constructor."""
    for found in re.finditer(r"\bstruct\s+(\w+)\s*(?:final\s*)?\{", source):
        body = source[found.end() : matching(source, found.end() - 1)]
        if not re.search(r"(?<![\w~])" + found.group(1) + r"\s*\(", body):
            yield found.group(1)


def shapes_of(block, aggregates):
    """The hazards of one coroutine's body: (name, place in the body)."""
    control, declares = None, False
    for text, place in statements(block):
        stripped = text.strip()
        offset = place + text.index(stripped) if stripped else place
        if CONTROL.match(stripped):
            if re.search(r"(?<!operator )\bco_await\b", stripped) and control is None:
                control = offset
        elif DECLARATION.match(stripped) and not NOT_A_TYPE.match(stripped):
            declares = True
    if control is not None and not declares:
        yield "no-local", control
    for found in re.finditer(r"\bco_await\b", block):
        expression = re.match(r"[^;{}\[]*", block[found.end() :]).group(0)
        end = found.end() + len(expression)
        rest = block[end : end + 400]
        if rest.startswith("{") and re.match(r"\{\s*\.\w+\s*=", rest):
            yield "aggregate", found.start()
        statement = block[found.end() : found.end() + 1000].split(";")[0]
        for made in re.finditer(r"\b(\w+)\s*\{", statement):
            if made.group(1) in aggregates and not re.search(r"->\s*[\w:]*$", statement[: made.start()]):
                yield "aggregate", found.start()
                break
        if rest.startswith("[") and re.match(r"\[[^\]\w&=*]*[\w&=*][^\]]*\]\s*(?:\(|\{|mutable)", rest):
            # An index is not a lambda.
            if not re.search(r"[\w)\]]\s*$", expression):
                yield "capturing", found.start()


def hazards(text, aggregates=()):
    source = without_text(text)
    aggregates = set(aggregates) | set(aggregates_of(source))
    if not KEYWORD.search(source):
        return
    every = list(bodies(source))
    for start, end in every:
        if not KEYWORD.search(source, start, end):
            continue
        block = inner_bodies_blanked(source, start, end, every)
        if not KEYWORD.search(block):
            continue
        lines_above = text[:start].splitlines()[-4:]
        if any("wrong on purpose" in line.lower() for line in lines_above):
            continue
        for name, place in shapes_of(block, aggregates):
            yield name, text.count("\n", 0, start + place) + 1


SAMPLES = [
    ("no-local", "Task<int> f(C c) {\n  if (c.yes()) {\n    co_await c.step();\n  }\n  co_return 1;\n}"),
    ("no-local", "Task<int> f(C c) {\n  try {\n    co_await c.a();\n  } catch (...) {\n  }\n  co_return 1;\n}"),
    ("no-local", "auto f = [](C c) -> Task<int> {\n  for (int i = 0; i < 3; ++i) {\n    co_await c.a();\n  }\n  co_return 1;\n};"),
    ("no-local", "Task<int> f(C c) {\n  while (c.more()) co_await c.a();\n  co_return 1;\n}"),
    (None, "Task<int> f(C c) {\n  int n = 0;\n  if (c.yes()) {\n    co_await c.step();\n  }\n  co_return n;\n}"),
    (None, "Task<int> f(C c) {\n  const auto shield = c.shield();\n  if (c.yes()) {\n    co_await c.a();\n  }\n  co_return 1;\n}"),
    (None, "Task<int> f(C c) {\n  if (c.yes()) {\n    c.log();\n  }\n  co_return co_await c.a();\n}"),
    (None, "Task<int> f(C c) {\n  std::vector<int> all;\n  for (int i : all) {\n    co_await c.a();\n  }\n  co_return 1;\n}"),
    (None, "auto f(C c) {\n  if (c.yes()) {\n    return operator co_await(c);\n  }\n  return c.a();\n}"),
    (None, "int f(C c) {\n  if (c.yes()) {\n    c.step(\"co_await\");  // co_await\n  }\n  return 1;\n}"),
    ("aggregate", "Task<int> f(C c) {\n  co_await c.step(\"A\", Options{.tag = 1});\n  co_return 1;\n}"),
    ("aggregate", "struct Order {\n  int n;\n};\nTask<int> f(C c) {\n  co_await c.step(\"A\", Order{1});\n  co_return 1;\n}"),
    ("aggregate", "struct Order {\n  int n;\n};\nTask<int> f(C c) {\n  co_await c.step(\"A\", std::make_pair(1, my::Order{1}));\n  co_return 1;\n}"),
    (None, "struct Order {\n  explicit Order(int);\n};\nTask<int> f(C c) {\n  co_await c.step(\"A\", Order{1});\n  co_return 1;\n}"),
    (None, "struct Order {\n  int n;\n};\nTask<int> f(C c) {\n  co_await c.step(\"A\", input<Order>(1));\n  Order order{1};\n  co_return 1;\n}"),
    (None, "Task<int> f(C c) {\n  co_await c.step(\"A\", Options().tag(1));\n  co_return 1;\n}"),
    ("capturing", "Task<int> f(C c) {\n  co_await c.step([x](int) { return x; });\n  co_return 1;\n}"),
    ("capturing", "Task<int> f(C c) {\n  co_await c.step([&] { return 1; });\n  co_return 1;\n}"),
    (None, "Task<int> f(C c) {\n  co_await c.step([](int x) { return x; });\n  co_return 1;\n}"),
    (None, "Task<int> f(C c) {\n  co_await c.all[2];\n  co_return 1;\n}"),
    (None, "// Wrong on purpose: a sample.\nTask<int> f(C c) {\n  if (c.yes()) {\n    co_await c.step();\n  }\n  co_return 1;\n}"),
]


def self_test():
    bad = 0
    for expected, text in SAMPLES:
        found = sorted({name for name, _ in hazards(text)})
        if found != ([expected] if expected else []):
            print(f"expected {expected}, found {found} in:\n{text}\n")
            bad += 1
    print(f"{len(SAMPLES) - bad} of {len(SAMPLES)} samples are right")
    return bad


def main(arguments):
    if arguments == ["--self-test"]:
        return 1 if self_test() else 0
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    if self_test():
        return 1
    count, coroutines = 0, 0
    texts = {}
    for path in arguments:
        with open(path, encoding="utf-8") as file:
            texts[path] = file.read()
    aggregates = {name for text in texts.values() for name in aggregates_of(without_text(text))}
    for path, text in texts.items():
        coroutines += len(KEYWORD.findall(text)) > 0
        for name, line in hazards(text, aggregates):
            print(f"{path}:{line}: {name}: GCC 12 compiles this coroutine wrongly; --help says more")
            count += 1
    print(f"{len(arguments)} files, {coroutines} with coroutines, {count} hazards")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
