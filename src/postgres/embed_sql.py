#!/usr/bin/env python3
"""embed_sql.py OUT FILE...: a C++ source with the contents of SQL files, in this order."""

import pathlib
import sys


def literal(data: bytes) -> str:
    lines = []
    for start in range(0, len(data), 60):
        text = ''.join(f'\\{byte:03o}' for byte in data[start:start + 60])
        lines.append(f'    "{text}"')
    return '\n'.join(lines) or '    ""'


def main() -> None:
    out, *files = sys.argv[1:]
    source = ['// Made by embed_sql.py.', '', '#include "postgres/sql_files.hpp"', '', '#include <array>', '',
              'namespace duroxide::postgres {', '', 'namespace {', '',
              f'constexpr std::array<SqlFile, {len(files)}> embedded_files{{{{']
    for name in files:
        data = pathlib.Path(name).read_bytes()
        source.append(f'  {{"{pathlib.Path(name).name}", std::string_view(\n{literal(data)},\n    {len(data)})}},')
    source += ['}};', '', '}  // namespace', '',
               'std::span<const SqlFile> sql_files() {', '  return embedded_files;', '}', '',
               '}  // namespace duroxide::postgres', '']
    pathlib.Path(out).write_text('\n'.join(source), encoding='ascii')


main()
