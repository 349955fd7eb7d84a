"""What a command writes at a terminal, as a picture in SVG: text and the colours that ANSI's codes give it."""

import re
from xml.sax.saxutils import escape

COLUMN, LINE, MARGIN = 7.83, 19, 20
STYLE = '''
  text { font: 13px ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
         white-space: pre; fill: #17202e }
  .page { fill: #ffffff; stroke: #dde3ec } .b { font-weight: 700 } .d { fill: #5a6779 } .p { fill: #3355d6 }
  .r { fill: #c4283a } .g { fill: #157a4a } .y { fill: #96600a } .c { fill: #2563d9 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4eaf3 } .page { fill: #171e29; stroke: #2b3646 } .d { fill: #97a4b8 } .p { fill: #8ea6ff }
    .r { fill: #ff8b95 } .g { fill: #5fd39a } .y { fill: #f0bd62 } .c { fill: #7db0ff }
  }'''
CLASSES = {'1': 'b', '2': 'd', '31': 'r', '32': 'g', '33': 'y', '36': 'c'}


def pieces(line):
    """The line's texts with the class of each."""
    current = ''
    for part in re.split(r'(\x1b\[[0-9;]*m)', line):
        if code := re.fullmatch(r'\x1b\[([0-9;]*)m', part):
            current = CLASSES.get(code[1], '')
        elif part:
            yield current, part


def picture(commands):
    """`commands` are pairs of a command line and what it has written."""
    lines = []
    for command, output in commands:
        lines += [[('p', '$ '), ('b', command)]] + [list(pieces(line)) for line in output.rstrip('\n').split('\n')] + [[]]
    lines.pop()
    width = max(sum(len(part) for _, part in line) for line in lines) * COLUMN + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" '
             f'height="{height}" role="img"><title>The command at work</title><style>{STYLE}</style>',
             f'<rect x="0.5" y="0.5" width="{width - 1:.0f}" height="{height - 1}" rx="8" class="page"/>']
    for number, line in enumerate(lines):
        y, column = MARGIN + number * LINE + 14, 0
        for style, part in line:
            # Each stands at its column, whichever font there is.
            parts.append(f'<text x="{MARGIN + column * COLUMN:.1f}" y="{y}" class="{style}" '
                         f'textLength="{len(part) * COLUMN:.1f}" xml:space="preserve">{escape(part)}</text>')
            column += len(part)
    return '\n'.join(parts) + '\n</svg>\n'
