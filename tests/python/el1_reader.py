"""Unpacks `EL1:` texts, one a line, to the signed strings in them: all it takes to read our codes.

    python3 el1_reader.py < TEXTS        # prints the compact string, or `refused: why`
"""
import base64, hashlib, pathlib, sys, zlib

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
DICTIONARY = (pathlib.Path(__file__).parents[2] / "core/src/qr/el1.dict").read_bytes()


def base45(text):
    out = bytearray()
    for i in range(0, len(text), 3):
        group = text[i : i + 3]
        value = sum(ALPHABET.index(c) * 45**k for k, c in enumerate(group))
        out += value.to_bytes({3: 2, 2: 1}[len(group)], "big")  # KeyError: stray character; OverflowError: too big
    return bytes(out)


def unpack(text):
    data = base45(text.removeprefix("EL1:")) if text.startswith("EL1:") else b""
    count, elided = data[0] & 0x7F, data[0] & 0x80
    inflate = zlib.decompressobj(-15, zdict=DICTIONARY)
    parts = inflate.decompress(data[1 + 64 * count :], 4096).split(b"\0")
    if count not in (1, 2) or len(parts) != 2 * count or not inflate.eof or inflate.unused_data:
        raise ValueError("not a licence code")
    b64 = lambda raw: base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    jws = lambda n: ".".join(map(b64, (parts[2 * n], parts[2 * n + 1], data[1 + 64 * n : 65 + 64 * n])))
    if elided:
        sd_hash = b64(hashlib.sha256(f"{jws(0)}~".encode()).digest()).encode()
        parts[3] = parts[3].replace(b'"sd_hash":""', b'"sd_hash":"%s"' % sd_hash)
    return "~".join(jws(n) for n in range(count))


for line in sys.stdin.buffer if __name__ == "__main__" else ():
    try:
        print(unpack(line.decode().rstrip("\n")))
    except (ValueError, KeyError, IndexError, OverflowError, zlib.error) as why:
        print(f"refused: {why}")
