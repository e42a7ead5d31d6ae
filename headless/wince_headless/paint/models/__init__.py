"""Where weights lie, which they are, and whether they may be used.

    catalogue  the pinned defaults of every backend, as data
    sources    folder or hub id[@revision] -> files on this machine, with the resolved revision and hashes; never the network
    kinds      which class of model each role of a backend takes
    weights    safetensors files by their header: numbers, types, whether they are whole
    hashes     SHA-256 of model files, remembered
    licences   what a model's licence is, the allow list of the release profile, and why one is refused
    fetch      the one place that goes to the network, when asked: size, licence and revision first
    doctor     what a painter's Python has: versions, devices, memory, models; as text and JSON
"""
