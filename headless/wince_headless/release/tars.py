"""Tar files whose bytes depend on names and contents alone: USTAR, no time, no owner, mode 644."""

import tarfile

from .checksums import Hashing

RECORD = tarfile.RECORDSIZE


class Tar:
    """A tar file, written from front to back; members in the order in which they are given."""

    def __init__(self, path):
        self.file = Hashing(path)

    def add(self, name, data):
        """Add a member."""
        self.file.write(header(name, len(data)))
        self.file.write(data)
        self.file.write(bytes(-len(data) % tarfile.BLOCKSIZE))

    def close(self):
        """End the file as tar does: two empty blocks, filled up to a record."""
        self.file.write(bytes(2 * tarfile.BLOCKSIZE))
        self.file.write(bytes(-self.file.bytes % RECORD))
        self.file.close()


def header(name, size):
    """Return the block before a member; the same for the same name and size, everywhere."""
    member = tarfile.TarInfo(name)                 # its defaults: mode 644, mtime 0, uid and gid 0, no names
    member.size = size
    return member.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def members(path):
    """Return [(name, offset of the content, size)] of a tar file, in its order; reads headers only."""
    with tarfile.open(path, "r:") as tar:
        return [(member.name, member.offset_data, member.size) for member in tar if member.isfile()]
