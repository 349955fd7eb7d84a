#!/usr/bin/env python3
"""page_of_guide.py FILE: a page of ours as Doxygen takes it. Headings get the anchors that they have on a page of
the repository, links to them become references, and links to files, which the site has not, only their text."""

import pathlib
import re
import sys


def anchor_of(heading: str, page: str) -> str:
    text = re.sub(r"[^\w\- ]", "", heading.lower()).strip()
    return page + "-" + text.replace(" ", "-")


def link(match: re.Match, page: str) -> str:
    text, target = match.groups()
    if target.startswith("#"):
        return f"[{text}](@ref {page}-{target[1:]})"
    if target.startswith("http"):
        return match.group(0)
    if "guide.md" in target or "CHANGELOG.md" in target:
        other = "guide" if "guide.md" in target else "changes"
        anchor = target.partition("#")[2]
        return f"[{text}](@ref {other + '-' + anchor if anchor else other})"
    return text


def outside_code(line: str, change) -> str:
    """Changes what is no code: what stands between backticks stays."""
    parts = re.split(r"(`[^`]*`)", line)
    return "".join(part if part.startswith("`") else change(part) for part in parts)


path = pathlib.Path(sys.argv[1])
page = {"CHANGELOG.md": "changes"}.get(path.name, path.stem)
is_code = False
is_first = True
for line in path.read_text().splitlines():
    if line.lstrip().startswith("```"):
        is_code = not is_code
    elif not is_code and re.fullmatch(r"<!--.*-->", line):
        continue
    elif not is_code:
        heading = re.fullmatch(r"(#+) (.*)", line)
        if heading:
            anchor = page if is_first else anchor_of(heading.group(2), page)
            is_first = False
            line = f"{line} {{#{anchor}}}"
        else:
            # A link's text may be code, so links come first.
            line = re.sub(r"\[([^\]]*)\]\(([^) ]*)\)", lambda match: link(match, page), line)
            line = outside_code(line, lambda part: part.replace("<", "\\<").replace("\\\\<", "\\<"))
    print(line)
