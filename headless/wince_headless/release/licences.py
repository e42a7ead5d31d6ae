"""What a release may be said to be licensed under: SPDX ids that are usual for pictures and data, or what somebody calls it."""

import re

from wince.core.errors import WinceError

UNSTATED = "unstated"
CREATIVE = tuple(f"CC-{kind}-{version}" for kind in ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND")
                 for version in ("1.0", "2.0", "2.5", "3.0", "4.0"))
KNOWN = (
    "CC0-1.0", *CREATIVE, "ODbL-1.0", "ODC-By-1.0", "PDDL-1.0", "CDLA-Permissive-1.0", "CDLA-Permissive-2.0", "CDLA-Sharing-1.0",
    "C-UDA-1.0", "O-UDA-1.0", "OGL-UK-3.0", "OGL-Canada-2.0", "etalab-2.0", "DL-DE-BY-2.0", "DL-DE-ZERO-2.0", "LAL-1.3",
    "MIT", "MIT-0", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "ISC", "Zlib", "Unlicense", "WTFPL", "MPL-2.0",
    "EPL-2.0", "EUPL-1.2", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "LGPL-2.1-only", "LGPL-2.1-or-later",
    "LGPL-3.0-only", "LGPL-3.0-or-later", "AGPL-3.0-only", "AGPL-3.0-or-later", "GFDL-1.3-only", "GFDL-1.3-or-later", "Artistic-2.0",
)
OWN = re.compile(r"other|unstated|LicenseRef-[A-Za-z0-9.-]+")
HUB = {"odbl-1.0": "odbl", "odc-by-1.0": "odc-by", "pddl-1.0": "pddl"}         # what hubs call otherwise
ON_HUBS = ("cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0", "mit", "apache-2.0", *HUB.values())


def spdx(text=None):
    """Return a licence as SPDX writes it: "cc-by-4.0" -> "CC-BY-4.0"; "unstated" for none.
    raises   WinceError for what is none that is known, and no name of somebody's own
    """
    if not text:
        return UNSTATED
    known = {name.lower(): name for name in KNOWN}.get(text.lower())
    if known is None and OWN.fullmatch(text) is None:
        raise WinceError(f"--licence {text}: no licence is known by this SPDX id; usual are CC-BY-4.0, CC-BY-NC-4.0, CC0-1.0 and ODbL-1.0, "
                         "and one of your own is LicenseRef-NAME, or other")
    return known or text


def on_hub(licence):
    """Return what hubs call a licence, None where they have no name for it."""
    name = HUB.get(licence.lower(), licence.lower())
    return name if name in ON_HUBS else None
