"""All views of a head in one picture, as a contact sheet: a transformer's attention then sees them together."""

from collections import Counter
from dataclasses import dataclass

import torch

MAX_ASPECT = 2.0                       # of a sheet; models are trained on pictures up to about this
ROWS = {2: ("Top row", "Bottom row"), 3: ("Top row", "Middle row", "Bottom row")}


@dataclass(frozen=True)
class Sheet:
    """A grid of `rows` x `columns` equal cells; the first `count`, row by row, hold the views, the others nothing."""

    rows: int
    columns: int
    count: int

    @property
    def empty(self):
        """How many cells hold no view."""
        return self.rows * self.columns - self.count

    def tile(self, cells, blank=None):
        """Return one picture (1, c, rows * h, columns * w) of cells (count, c, h, w).

        blank   (c, h, w) or (empty, c, h, w), what cells without a view show; may be None where there are none
        """
        count, channels, height, width = cells.shape
        if count != self.count:
            raise ValueError(f"{count} cells on a sheet of {self.count}: a joint backend is given all views at once")
        if self.empty:
            cells = torch.cat([cells, blank.expand(self.empty, channels, height, width).to(cells)])
        grid = cells.reshape(self.rows, self.columns, channels, height, width).permute(2, 0, 3, 1, 4)
        return grid.reshape(1, channels, self.rows * height, self.columns * width)

    def untile(self, picture):
        """Return the cells (count, c, h, w) of a picture (1, c, rows * h, columns * w): the inverse of `tile`."""
        _, channels, height, width = picture.shape
        grid = picture.reshape(channels, self.rows, height // self.rows, self.columns, width // self.columns).permute(1, 3, 0, 2, 4)
        return grid.reshape(-1, channels, height // self.rows, width // self.columns)[: self.count]


def sheet(count):
    """Return the Sheet for a number of square views: fewest empty cells at an aspect of at most 2, then the squarest, then the wider."""
    shapes = [(rows, -(-count // rows)) for rows in range(1, count + 1)]
    fit = [(rows, columns) for rows, columns in shapes if max(rows, columns) <= MAX_ASPECT * min(rows, columns)]
    rows, columns = min(fit, key=lambda shape: (shape[0] * shape[1], abs(shape[1] - shape[0]), shape[0]))
    return Sheet(rows, columns, count)


def describe(prompts, of):
    """Return one prompt for a Sheet from one per view: once what more than half of them say, by its place what few do.

    prompts   strings of phrases parted by ", "; one prompt comes back as it is.  Views from behind say nothing of the face, the rest do
    """
    if len(prompts) == 1:
        return prompts[0]
    phrases = [[phrase.strip() for phrase in prompt.split(",") if phrase.strip()] for prompt in prompts]
    said = Counter(phrase for each in phrases for phrase in dict.fromkeys(each))
    shared = [phrase for phrase, times in said.items() if 2 * times > len(prompts)]
    own = [", ".join(phrase for phrase in each if phrase not in shared) or "another view" for each in phrases]
    return " ".join([
        f"A sheet of {len(prompts)} photographs of the same person, in a grid of {of.rows} rows and {of.columns} columns on plain grey: "
        "the same face, the same skin and the same even light in each.",
        *([f"Each photograph: {', '.join(shared)}."] if shared else []),
        *_rows(own, of),
    ])


def _rows(own, of):
    names = ROWS.get(of.rows, [f"Row {number}" for number in range(1, of.rows + 1)])
    for number, name in enumerate(names):
        cells = own[number * of.columns:(number + 1) * of.columns]
        yield f"{name}, from left to right: {'; '.join(cells + ['plain grey'] * (of.columns - len(cells)))}."
