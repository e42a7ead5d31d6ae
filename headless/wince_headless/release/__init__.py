"""A finished dataset -> something to publish and to train on.

    samples      the samples of a dataset folder, streamed person by person; what is missing or quarantined
    surveys      a first walk over the records: counts, gaps, who goes into which file
    parts        one file of a release, written by a process on its own
    splits       fold10 -> train, val, test
    tars         byte-stable tar files
    webdataset, parquet, imagefolder    the three formats
    schemes/     wince, 3dpain, synpain: what a sample is called and which files it has
    card         README.md with the YAML head that hubs read, CITATION.cff, licences; texts: their words
    inventory    00_README.txt: what lies in a release
    licences     what a release may be licensed under, by SPDX
    needs        which Python packages are needed
    croissant    croissant.json
    checksums    checksums.sha256, and its check
    archives     a release in 3DPain's folders as parts of .tar.gz
    pack         the door: one call makes a release
    standing     whether a release is there already
    reading      a release or a dataset folder read back, item by item
    torch_data   a PyTorch dataset over a dataset folder or a release
    diff         what differs between two datasets or releases
"""
