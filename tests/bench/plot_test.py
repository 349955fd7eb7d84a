#!/usr/bin/env -S python3 -B
"""plot_test.py BASELINE PICTURE: the picture is that of the baseline. The plot of what the bench has written has every
workload and figure, inside of its frame, and of figures that are in none of them there is none."""

import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

import plot

SPACE = '{http://www.w3.org/2000/svg}'


def check(good, what):
    if not good:
        sys.exit(f'plot_test.py: {what}')


def check_plot(results, names):
    drawn = ElementTree.fromstring(plot.picture(results, names))
    width, height = float(drawn.get('width')), float(drawn.get('height'))
    words = [each.text for each in drawn.iter(f'{SPACE}text')]
    expected = [row for row in results['rows'] if any(plot.found(row, name) for name in names)]
    check(expected, f'no workload has one of {names}')
    for row in expected:
        check(row['name'] in words, f'the workload `{row["name"]}` is not drawn')
    for name in names:
        check(plot.TITLES.get(name, name) in words, f'the figure `{name}` is not drawn')
    figures = [figure for row in expected for name in names if (figure := plot.found(row, name))]
    bars = [each for each in drawn.iter(f'{SPACE}rect') if each.get('class') == 'bar']
    check(len(bars) == len(figures), f'there are {len(bars)} bars of {len(figures)} figures')
    for each in bars:
        check(0 < float(each.get('width')) <= plot.COLUMN - plot.VALUE, 'a bar leaves its column')
        check(float(each.get('x')) + plot.COLUMN <= width and float(each.get('y')) + plot.BAR < height, 'a bar leaves the picture')
    for figure in figures:
        check(plot.written(figure['value']) in words, f'the value {figure["value"]} is not written')


baseline = json.loads(pathlib.Path(sys.argv[1]).read_text())
check(pathlib.Path(sys.argv[2]).read_text() == plot.picture(baseline, plot.DEFAULT),
      'the picture is that of another baseline; run `tests/bench/plot.py tests/bench/baseline.json examples/pictures/counts.svg`')
check_plot(baseline, plot.DEFAULT)
check_plot(baseline, ['p50', 'rate'])
odd = {'runs': 1, 'rows': [{'name': '<a & b>', 'figures': [{'name': 'rate', 'value': 0}]}]}
check_plot(odd, ['rate'])
try:
    plot.picture(baseline, ['nothing'])
    check(False, 'a figure that nothing has is drawn')
except ValueError:
    pass
for number, text in ((0, '0.00'), (9.996, '10.00'), (28.31, '28.3'), (293.25, '293'), (36204.0, '36,204')):
    check(plot.written(number) == text, f'{number} is written {plot.written(number)} instead of {text}')
