"""Prints in which order files are opened, and one file appears: watchOpens.py FILE FOLDER...

A line for each event, as the kernel has queued them (inotify): "open PATH" when a file directly in one of the folders is
opened, "appears" when FILE is there as a whole. "ready" comes first, once all is watched.
"""

import ctypes
import os
import struct
import sys

OPEN, MOVED_TO, IS_DIRECTORY, OVERFLOW = 0x20, 0x80, 0x40000000, 0x4000
libc = ctypes.CDLL(None, use_errno=True)
descriptor = libc.inotify_init()
file, folders = sys.argv[1], sys.argv[2:]


def watch(folder, mask):
    number = libc.inotify_add_watch(descriptor, os.fsencode(folder), mask)
    if number < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), folder)
    return number


watched = {watch(folder, OPEN): folder for folder in folders}
run = watch(os.path.dirname(file), MOVED_TO)
print("ready", flush=True)
while True:
    events, at = os.read(descriptor, 1 << 20), 0
    while at < len(events):
        number, mask, _, length = struct.unpack_from("iIII", events, at)
        name = os.fsdecode(events[at + 16 : at + 16 + length].rstrip(b"\0"))
        at += 16 + length
        if mask & OVERFLOW:
            sys.exit("events were lost")
        if number == run and name == os.path.basename(file):
            print("appears", flush=True)
        elif number in watched and not mask & IS_DIRECTORY:
            print("open", os.path.join(watched[number], name), flush=True)
