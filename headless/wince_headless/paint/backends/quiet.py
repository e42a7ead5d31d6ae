"""What diffusers and transformers say while they are imported and load is not for our users: missing optional packages, progress bars."""

from contextlib import contextmanager


@contextmanager
def quiet():
    """Let diffusers and transformers speak of errors only, and draw no progress bars; as they were afterwards."""
    from transformers.utils import logging as transformers_log
    with _hushed(transformers_log):                # before diffusers is imported: that is when transformers misses torchvision
        from diffusers.utils import logging as diffusers_log
        with _hushed(diffusers_log):
            yield


@contextmanager
def _hushed(log):
    level, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(level)
        if bars:
            log.enable_progress_bar()
