"""What a model's licence is, and whether the release profile lets it paint.  No legal advice: a person should read the licences.

RAIL licences let a model be used, with a list of forbidden uses that passes on to what is made with it; the list of CreativeML's names
medical advice and the interpretation of medical results, and pain estimation comes near that.
"""

import re
from pathlib import Path

import yaml

from wince.core.errors import WinceError

from .catalogue import CARD, CATALOGUE

UNKNOWN = "unknown"
IMAGES = ("image", "places")               # roles of what is painted from instead of a model
ALLOWED = ("Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Unlicense", "CC0-1.0", "CC-BY-4.0")

# What cards and people write, in lower case, a hyphen for spaces -> the id.
NAMES = {
    **{name.lower(): name for name in ALLOWED},
    **dict.fromkeys(("apache2", "apache2.0", "apache-2", "apache-license-2.0", "apache-license,-version-2.0"), "Apache-2.0"),
    **dict.fromkeys(("cc0", "cc-0", "cc-zero", "cc0-1"), "CC0-1.0"), "cc-by-4": "CC-BY-4.0", "mit-license": "MIT", "bsd": "BSD-3-Clause",
    "openrail": "OpenRAIL", "creativeml-openrail-m": "CreativeML-OpenRAIL-M", "bigscience-openrail-m": "BigScience-OpenRAIL-M",
    "openrail++": "CreativeML-OpenRAIL++-M", "creativeml-openrail++-m": "CreativeML-OpenRAIL++-M",
    "flux-1-dev-non-commercial-license": "FLUX.1-dev-Non-Commercial", "tencent-hunyuan-community": "Tencent-Hunyuan-Community",
    "stabilityai-ai-community": "Stability-Community", "cc-by-sa-4.0": "CC-BY-SA-4.0", **dict.fromkeys(("", "other", UNKNOWN), UNKNOWN),
}

# The first whose word stands in the id, in lower case, says why it is refused.
REASONS = (
    ("rail", "which forbids use for medical advice and the interpretation of medical results, and passes that on to what is made with it"),
    ("non-commercial", "which forbids commercial use and training other models with what it makes"),
    ("-nc", "which forbids commercial use"),
    ("tencent", "which forbids improving any other model with what it makes, and use in the EU, the UK and South Korea"),
    ("hunyuan", "which forbids improving any other model with what it makes, and use in the EU, the UK and South Korea"),
    ("stability", "which ends at a limit of revenue and asks for registration"),
    ("-sa", "which asks that what is made with it is shared alike"),
    ("gpl", "which asks that what is made with it is shared alike"),
)


def of(source):
    """Return the licence id of a Source's files: what their card says, else what the catalogue says of this model, else "unknown"."""
    said = from_card(source.folder)
    return said if said != UNKNOWN else from_catalogue(source.id)


def from_card(folder):
    """Return the licence id in the front matter of a folder's README.md; "unknown" where it says none."""
    path = Path(folder) / CARD
    return from_front_matter(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else UNKNOWN


def from_front_matter(text):
    """Return the licence id that a model card's YAML head states; `license: other` has its name in `license_name:`."""
    parts = text.lstrip("\ufeff").split("\n---", 1)
    if not parts[0].startswith("---") or len(parts) < 2:
        return UNKNOWN
    try:
        head = yaml.safe_load(parts[0][3:])
    except yaml.YAMLError:
        return UNKNOWN
    head = head if isinstance(head, dict) else {}
    return stated(head.get("license"), head.get("license_name"))


def stated(licence, name=None):
    """Return the id of what a card writes as `license:` and `license_name:`; of several, the first that is not on the allow list."""
    several = licence if isinstance(licence, list) else [licence]
    ids = [normalised(name) if str(one).lower() == "other" and name else normalised(one) for one in several]
    return next((one for one in ids if one not in ALLOWED), ids[0] if ids else UNKNOWN)


def normalised(text):
    """Return the id for a licence as people write it; an unheard-of one as it is."""
    text = "" if text is None else str(text).strip()
    return NAMES.get(re.sub(r"[\s_-]+", "-", text.lower()), text)


def from_catalogue(model):
    """Return the licence id of a hub id that some backend uses by default; "unknown" for any other."""
    needs = (need for needs in CATALOGUE.values() for need in needs)
    return next((need.licence for need in needs if need.default.partition("@")[0] == model), UNKNOWN)


def reason(licence):
    """Return why a licence is not for release, as the end of a sentence; "" for one on the allow list."""
    if licence in ALLOWED:
        return ""
    if licence == UNKNOWN:
        return "and nothing says what that allows"
    return next((why for word, why in REASONS if word in licence.lower()), "which is not on the allow list")


def check(sources, profile):
    """Refuse models that may not paint what is released.

    sources   Sources, or images that are painted from, each with its licence
    profile   "research": anything goes, and is recorded; "release": only the allow list
    raises    WinceError that names each model, its licence, the reason and the cure
    """
    refused = [source for source in sources if reason(source.licence)] if profile == "release" else []
    if refused:
        images = [source for source in refused if source.role in IMAGES]
        raise WinceError(f"not for release: {'; '.join(map(_why, refused))}: {_image_cure(images) if images else _cure(refused)}, "
                         "or paint with --profile research")


def _why(source):
    """Return why a Source is refused."""
    licence = "an unknown licence" if source.licence == UNKNOWN else f"the licence {source.licence}"
    return f"{source.id} ({source.role}) has {licence}, {reason(source.licence)}"


def _image_cure(images):
    """Return what to do about images that are painted from; their owner's licence is stated by whoever paints."""
    if any(source.licence == UNKNOWN for source in images):
        return f"state the owner's licence with --set licence=ID, one of {', '.join(ALLOWED)}"
    return f"give an image that its owner has put under one of {', '.join(ALLOWED)}, and say so with --set licence=ID"


def _cure(refused):
    """Return what to do about models; of one that is not here, the card may say more than the catalogue."""
    unknown = [source for source in refused if source.licence == UNKNOWN]
    write = f"write it as `license:` at the head of its {CARD} once you have read it"
    cures = [f"fetch {source.id} alone with `wince models fetch {source.id}{'@' * bool(source.revision)}{source.revision}`, "
             f"and where its card states no licence {write}" for source in unknown if source.folder is None]
    cures += [f"read the licence of {source.id} and {write}" for source in unknown if source.folder is not None]
    return ", or ".join(["take --backend zimage, whose models are Apache-2.0", *cures])
