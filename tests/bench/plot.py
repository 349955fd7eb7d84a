#!/usr/bin/env -S python3 -B
"""plot.py RESULTS PICTURE [FIGURE…]: what the bench has written with --json, as a picture in SVG. A figure is the name
of a count or of a measured figure, a column of bars for each; default: switches, flushes, messages and allocations. The
line on a bar goes from the lowest run to the highest. The picture has the colours of light and of dark pages."""

import json
import pathlib
import sys
from xml.sax.saxutils import escape

DEFAULT = ['switches', 'flushes', 'messages', 'allocations']
TITLES = {'switches': 'switches of threads', 'flushes': 'flushes of the log', 'messages': 'messages of actors',
          'written': 'bytes written', 'allocated': 'bytes allocated', 'CPU': 'processor time, µs',
          'p50': 'median, µs', 'p99': '99th percentile, µs', 'rate': 'a second'}

MARGIN, LABELS, COLUMN, GAP, VALUE = 24, 258, 172, 18, 58
ROW, BAR, HEAD = 34, 12, 92

STYLE = '''
  svg { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif }
  .page { fill: #ffffff } .text { fill: #17202e } .dim { fill: #5a6779 } .bar { fill: #5b7bea } .rule { stroke: #dde3ec }
  .spread { stroke: #17202e; stroke-width: 1.5 } .title { font-size: 16px; font-weight: 600 } .small { font-size: 11px }
  @media (prefers-color-scheme: dark) {
    .page { fill: #171e29 } .text { fill: #e4eaf3 } .dim { fill: #97a4b8 } .bar { fill: #5f7fe8 } .rule { stroke: #2b3646 }
    .spread { stroke: #e4eaf3 }
  }'''


def written(number):
    """A number as people read it: three digits that count, and separators from 10,000 on."""
    if number >= 100:
        return f'{number:,.0f}' if number >= 10_000 else f'{number:.0f}'
    return f'{number:.1f}' if number >= 10 else f'{number:.2f}'


def found(row, name):
    return next((each for each in row.get('counts', []) + row['figures'] if each['name'] == name), None)


def text(x, y, words, style='text', anchor='start'):
    return f'<text x="{x:g}" y="{y:g}" class="{style}" text-anchor="{anchor}">{escape(words)}</text>'


def bar(x, y, length, figure, most):
    """`most` is what a bar of the whole `length` stands for."""
    def place(value):
        return x + length * value / most
    middle = y + BAR / 2
    end = max(place(figure['value']), x + 1)
    parts = [f'<rect x="{x:g}" y="{y:g}" width="{end - x:.1f}" height="{BAR}" rx="2" class="bar"/>']
    low, high = figure.get('low', figure['value']), figure.get('high', figure['value'])
    if place(high) - place(low) >= 1:
        parts.append(f'<path d="M{place(low):.1f} {middle:g}H{place(high):.1f}" class="spread"/>')
    parts.append(text(max(end, place(high)) + 6, middle + 4, written(figure['value']), 'text small'))
    return parts


def picture(results, names):
    rows = [row for row in results['rows'] if any(found(row, name) for name in names)]
    if not rows:
        raise ValueError(f'none of {", ".join(names)} is in the results')
    width = MARGIN * 2 + LABELS + len(names) * (COLUMN + GAP)
    height = HEAD + len(rows) * ROW + MARGIN
    about = f'Medians of {results["runs"]} runs' + (f' on {results["disk"]}' if results.get('disk') else '')
    of_counts = all(found(row, name) in row.get('counts', [None]) for row in rows for name in names)
    title = 'What a unit of each workload uses' if of_counts else 'What the bench has measured'
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
             f'role="img"><title>{title}</title><style>{STYLE}</style>',
             f'<rect width="{width}" height="{height}" rx="8" class="page"/>',
             text(MARGIN, 34, title, 'text title'), text(MARGIN, 54, about, 'dim small')]
    for index, name in enumerate(names):
        x = MARGIN + LABELS + index * (COLUMN + GAP)
        parts.append(text(x, HEAD - 12, TITLES.get(name, name), 'dim'))
        figures = [figure for row in rows if (figure := found(row, name))]
        most = max([each.get('high', each['value']) for each in figures] or [0]) or 1
        for place, row in enumerate(rows):
            if figure := found(row, name):
                parts += bar(x, HEAD + place * ROW + (ROW - BAR) / 2, COLUMN - VALUE, figure, most)
    for place, row in enumerate(rows):
        y = HEAD + place * ROW
        parts.append(f'<path d="M{MARGIN} {y:g}H{width - MARGIN}" class="rule"/>')
        parts.append(text(MARGIN, y + ROW / 2 + 1, row['name']))
        if row.get('unit'):
            parts.append(text(MARGIN, y + ROW / 2 + 13, f'per {row["unit"]}', 'dim small'))
    return '\n'.join(parts) + '\n</svg>\n'


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    chosen = sys.argv[3:] or DEFAULT
    try:
        made = picture(json.loads(pathlib.Path(sys.argv[1]).read_text()), chosen)
    except (OSError, ValueError, KeyError) as failed:
        sys.exit(f'plot.py: {sys.argv[1]}: {failed!r}')
    pathlib.Path(sys.argv[2]).write_text(made)
