"""A finished dataset -> something to publish and to train on.

    samples      the samples of a dataset folder, streamed person by person; what is missing or quarantined
    splits       fold10 -> train, val, test
    tars         byte-stable tar files
    webdataset, parquet, imagefolder    the three formats
    schemes/     wince, 3dpain, synpain: what a sample is called and which files it has
    card         README.md with the YAML head that hubs read, 00_README.txt, CITATION.cff, licences
    croissant    croissant.json
    checksums    checksums.sha256, and its check
    archives     a release in 3DPain's folders as parts of .tar.gz
    pack         the door: one call makes a release
    torch_data   a PyTorch dataset over a dataset folder or a release
    diff         what differs between two datasets or releases
"""
