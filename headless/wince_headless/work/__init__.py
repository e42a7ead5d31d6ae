"""A plan's shards -> samples on disk, whatever dies meanwhile.

    places    where a plan's state lies
    shards    what of a shard is missing; marking it done, and reopening it
    trouble   samples that killed their worker: tries, quarantine, logs
    cores     which processors a worker may use
    hand      one Blender worker: started, given people, listened to, recycled
    room      is there space left on the disk
    foreman   who does what next: pure, events in, orders out
    paces     how fast each driver goes, and where it begins when another is at work
    skins     are the planned skins painted
    drive     the loop that holds it together: signals, time limits, the end
    telling   how far it is: a bar, a log, OpenJD's lines
"""
