"""As many views at once as fit: when memory runs out half as many, then what the backend can spare, then a sentence that says so."""

import gc

import torch

from wince.core.errors import WinceError

# What devices say when memory runs out: Linux, Windows, Apple, and the libraries that CUDA's own error does not come from.
SHORT_OF_MEMORY = ("can't allocate memory", "not enough memory", "out of memory", "_alloc_failed")
CURE = "close what else uses it, or paint with a smaller view size, with offload 'model' or with a smaller backend"


class Batches:
    """One function of slices of views, such as the network; what it learnt of the memory it keeps for the next step.

    size   views at once, for now
    """

    def __init__(self, what, views, size=0, spare=lambda: "", joint=False, say=lambda sentence: None):
        """Begin with `size` views at once, 0 for all.

        what    the function's name, for the user's eyes: "the network"
        spare   called when not even one view fits; makes the function need less and says how, "" when nothing is left to do
        joint   whether all views must go in one call
        say     called with a sentence when less memory is used from now on
        """
        self.what, self.views, self.spare, self.joint, self.say = what, views, spare, joint, say
        self.size = views if joint else min(size or views, views)

    def run(self, function):
        """Return the list of what `function` (slice -> anything) gives for slices that cover the views in order; each slice succeeds once.

        raises  WinceError when not even one view fits and nothing is left to spare
        """
        results, at = [], 0
        while at < self.views:
            part = slice(at, min(at + self.size, self.views))
            result, lack = _tried(function, part)
            if lack:
                self._shrink(lack)
            else:
                results.append(result)
                at = part.stop
        return results

    def __call__(self, function, *tensors):
        """Return what `function` (slice, *slices of tensors -> tensor) gives, put together along the views."""
        return torch.cat(self.run(lambda part: function(part, *(tensor[part] for tensor in tensors))))

    def _shrink(self, lack):
        _empty_caches()
        if self.size > 1 and not self.joint:
            self.size //= 2
            self.say(f"memory ran out: {self.what} now takes {self.size} of {self.views} views at once")
        elif phrase := self.spare():
            self.say(f"memory ran out: for {self.what}, {phrase}")
        else:
            count = f"all {self.views} views, which it needs at once," if self.joint and self.views > 1 else "even one view"
            raise WinceError(f"{self.what} has not enough memory for {count} ({lack}): {CURE}")


def _tried(function, part):
    """Return (result, "") or (None, what the device said when memory ran out); the failed call's tensors are let go with its traceback."""
    try:
        return function(part), ""
    except (RuntimeError, MemoryError) as error:          # torch.OutOfMemoryError is a RuntimeError
        if not (isinstance(error, (MemoryError, torch.OutOfMemoryError)) or any(sign in str(error).lower() for sign in SHORT_OF_MEMORY)):
            raise
        return None, _gist(error)


def _gist(error):
    """Return the sentence of an error that names the sizes, without what torch adds about its settings."""
    sentences = str(error).replace("\n", " ").split(". ")
    return next((text for text in sentences if "allocate" in text.lower()), sentences[0]).strip(" .") or type(error).__name__


def _empty_caches():
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()
