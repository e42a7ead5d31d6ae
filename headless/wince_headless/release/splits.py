"""Which fold of a person goes into which split. Folds are decided once, per person, when a person is drawn: adding people moves nobody."""

import re
from itertools import groupby

from wince.core.errors import WinceError

NAMES = ("train", "val", "test")
DEFAULT = "train=0-6,val=7-8,test=9"
RANGE = re.compile(r"(\d)(?:-(\d))?")


def parse(text=None):
    """Read splits.

    text     "train=0-6,val=7-8,test=9", folds 0..9, joined by + where they do not follow each other: "train=0-3+5"; none: these 7 : 2 : 1.
             A fold that is not named is left out
    returns  {fold: split}
    raises   WinceError for other names or folds, or a fold in two splits
    """
    found = {}
    for word in (text or DEFAULT).split(","):
        name, _, folds = word.strip().partition("=")
        if name not in NAMES:
            raise WinceError(f"--splits {text}: {name!r} is no split, there are {', '.join(NAMES)}; write {DEFAULT}, or train=0-9 "
                             "for a set in one piece")
        for fold in _folds(folds, text):
            if fold in found:
                raise WinceError(f"--splits {text}: fold {fold} is in {found[fold]} and in {name}; a person can be in one only")
            found[fold] = name
    return found


def words(splits):
    """Return splits as text that `parse` reads: {0: "train", 1: "train", 9: "test"} -> "train=0-1,test=9"."""
    return ",".join(f"{name}={'+'.join(_runs([fold for fold in sorted(splits) if splits[fold] == name]))}"
                    for name in NAMES if name in splits.values())


def _runs(folds):
    """Yield folds that follow each other as ranges."""
    for _, run in groupby(enumerate(folds), lambda pair: pair[1] - pair[0]):
        first, *rest = (fold for _, fold in run)
        yield f"{first}-{rest[-1]}" if rest else str(first)


def _folds(text, whole):
    for word in text.split("+"):
        match = RANGE.fullmatch(word.strip())
        if match is None:
            raise WinceError(f"--splits {whole}: {word!r} are no folds, they go from 0 to 9; write {DEFAULT}")
        first, last = match.group(1), match.group(2) or match.group(1)
        yield from range(int(first), int(last) + 1)
