# Reads TensorBoard's event files without TensorFlow: record frames, CRC-32C and protobuf by their published definitions.
# Prints JSON: tag -> [[step, value] ...]. Fails on the first checksum that is wrong.
# tensorflow/core/lib/io/record_writer.h; RFC 3720, appendix B.4; protobuf.dev/programming-guides/encoding
import json
import struct
import sys

TABLE = []
for number in range(256):
    for _ in range(8):
        number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
    TABLE.append(number)


def masked(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        else:
            size, at = {1: (8, at), 5: (4, at)}.get(kind) or varint(data, at)
            value, at = data[at : at + size], at + size
        yield key >> 3, value


found = {}
for path in sys.argv[1:]:
    data = open(path, "rb").read()
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from("<Q", data, at)
        (head,) = struct.unpack_from("<I", data, at + 8)
        body = data[at + 12 : at + 12 + size]
        (tail,) = struct.unpack_from("<I", data, at + 12 + size)
        assert head == masked(data[at : at + 8]) and tail == masked(body), f"{path}: wrong checksum at {at}"
        at += 16 + size
        event = dict(fields(body))
        for number, value in fields(event.get(5, b"")):
            summary = dict(fields(value))
            scalar = struct.unpack("<f", summary[2])[0]
            found.setdefault(summary[1].decode(), []).append([event.get(2, 0), scalar])
print(json.dumps(found))
