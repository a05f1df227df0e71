#!/usr/bin/env python3
"""Makes the vectors beside this file: a sealed OFD and the authorities to trust, by OpenSSL and nothing of ours.

    python3 tests/vectors/seal/make.py

Every run makes other keys; the tests need no particular ones. Names and codes are invented.
"""
import base64, datetime, functools, json, os, re, subprocess, sys, tempfile, zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ID = ["-sigopt", "distid:1234567812345678"]
UNIT, OTHER = "11990100MB0000019L", "11990100MB0000027F"
# Signers: the code that their certificate names, and their name.
UNITS = {
    "signer": (UNIT, "云溪市市场监督管理局"),
    "other": (OTHER, "云溪市公安局"),
    "nobody": (None, "云溪市某协会"),
}
UNTIL = datetime.datetime(2036, 1, 1)


def run(*words, data=None):
    return subprocess.run(words, input=data, capture_output=True, check=True).stdout


# - DER
def tlv(tag, body):
    n = len(body)
    length = bytes([n]) if n < 128 else (lambda b: bytes([128 | len(b)]) + b)(n.to_bytes((n.bit_length() + 7) // 8, "big"))
    return bytes([tag]) + length + body


seq = lambda *parts: tlv(0x30, b"".join(parts))
integer = lambda n: tlv(2, n.to_bytes((n.bit_length() + 8) // 8, "big"))
ia5 = lambda s: tlv(22, s.encode("ascii"))
utf8 = lambda s: tlv(12, s.encode())
octets = lambda b: tlv(4, b)
bits = lambda b: tlv(3, b"\0" + b)
time = lambda t: tlv(24, t.strftime("%Y%m%d%H%M%SZ").encode())
SM2_SM3 = bytes.fromhex("06082a811ccf55018375")


def sm3(data):
    return run("openssl", "dgst", "-sm3", "-binary", data=data)


def sign(key, data):
    return run("openssl", "dgst", "-sm3", "-sign", key, *ID, data=data)


def der(pem):
    return base64.b64decode(re.sub(r"-----[^-]+-----|\s", "", open(pem).read()))


def authority(d):
    """A root, a maker of seals and signers, and the root's revocation list."""
    def key(name):
        run("openssl", "genpkey", "-algorithm", "SM2", "-out", f"{d}/{name}.key")
    def issued(name, subject, usage):
        key(name)
        run("openssl", "req", "-new", "-sm3", "-key", f"{d}/{name}.key", "-subj", subject, *ID, "-out", f"{d}/{name}.csr", "-utf8")
        open(f"{d}/{name}.ext", "w").write(f"keyUsage=critical,{usage}\nbasicConstraints=CA:FALSE\n")
        run("openssl", "x509", "-req", "-sm3", "-in", f"{d}/{name}.csr", "-CA", f"{d}/root.pem", "-CAkey", f"{d}/root.key",
            "-CAcreateserial", "-days", "3600", "-extfile", f"{d}/{name}.ext", *ID, "-vfyopt", "distid:1234567812345678",
            "-out", f"{d}/{name}.pem")
    key("root")
    run("openssl", "req", "-x509", "-new", "-sm3", "-key", f"{d}/root.key", "-subj", "/C=CN/O=测试证书机构/CN=测试根证书", "-utf8", *ID,
        "-days", "3650", "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", f"{d}/root.pem")
    issued("maker", "/C=CN/O=测试制章机构/CN=测试制章者", "digitalSignature,nonRepudiation")
    for who, (unit, name) in UNITS.items():
        code = f"/serialNumber={unit}" if unit else ""
        issued(who, f"/C=CN/O={name}{code}/CN={name}", "digitalSignature,nonRepudiation")
    open(f"{d}/index.txt", "w").close()
    open(f"{d}/crlnumber", "w").write("01\n")
    open(f"{d}/ca.cnf", "w").write(
        f"[ca]\ndefault_ca=d\n[d]\ndatabase={d}/index.txt\ncrlnumber={d}/crlnumber\ndefault_md=sm3\ndefault_crl_days=3600\n")
    run("openssl", "ca", "-gencrl", "-config", f"{d}/ca.cnf", "-keyfile", f"{d}/root.key", "-cert", f"{d}/root.pem", *ID, "-out", f"{d}/list.pem")


@functools.cache
def made_seal(d, who):
    """The seal of a signer, and the signer's certificate; the same each time, since a file holds it twice."""
    crt, maker = der(f"{d}/{who}.pem"), der(f"{d}/maker.pem")
    png = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==")
    unit, name = UNITS[who]
    info = seq(
        seq(ia5("ES"), integer(4), ia5("probe")),
        ia5(f"{unit or 'NONE'}-1"),
        seq(integer(1), utf8(f"{name}电子证照专用章"), integer(1), seq(octets(crt)), time(NOW), time(datetime.datetime(2026, 1, 1)), time(UNTIL)),
        seq(ia5("PNG"), octets(png), integer(40), integer(40)),
    )
    return seq(info, octets(maker), SM2_SM3, bits(sign(f"{d}/maker.key", info))), crt


def set_seal(d, who, original, path):
    """SES_Signature over `original`."""
    seal, crt = made_seal(d, who)
    tbs = seq(integer(4), seal, time(NOW), bits(sm3(original)), ia5(path))
    return seal, seq(tbs, octets(crt), SM2_SM3, bits(sign(f"{d}/{who}.key", tbs)))


def package(d, pages=("signer",), record=None, record_seals=()):
    """An OFD whose page `pages` sealed; with `record` as attached licence data that `record_seals` sealed."""
    ns, head = 'xmlns:ofd="http://www.ofdspec.org/2016"', '<?xml version="1.0" encoding="UTF-8"?>\n'
    attached = {}
    if record is not None:
        attached["licence.json"] = record
    for at, who in enumerate(record_seals):
        attached[f"licence-{at + 1}.ses"] = set_seal(d, who, record or b"", "licence.json")[1]
    attachments = "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>" if attached else ""
    listed = "".join(f'<ofd:Signature ID="{at + 1}" Type="Seal" BaseLoc="/Doc_0/Signs/Sign_{at}/Signature.xml"/>' for at in range(len(pages)))
    files = {
        "OFD.xml": f'<ofd:OFD {ns} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>0123456789abcdef0123456789abcdef</ofd:DocID><ofd:Title>测试证照</ofd:Title><ofd:CreationDate>2026-11-22</ofd:CreationDate><ofd:Creator>probe</ofd:Creator></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>',
        "Doc_0/Document.xml": f'<ofd:Document {ns}><ofd:CommonData><ofd:MaxUnitID>4</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>{attachments}</ofd:Document>',
        "Doc_0/PublicRes.xml": f'<ofd:Res {ns} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="3" FontName="宋体" FamilyName="宋体"/></ofd:Fonts></ofd:Res>',
        "Doc_0/Pages/Page_0/Content.xml": f'<ofd:Page {ns}><ofd:Content><ofd:Layer ID="2"><ofd:TextObject ID="4" Boundary="20 20 100 10" Font="3" Size="5"><ofd:TextCode X="0" Y="5" DeltaX="5 5 5">测试证照</ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>',
        "Doc_0/Signs/Signatures.xml": f'<ofd:Signatures {ns}><ofd:MaxSignId>{len(pages)}</ofd:MaxSignId>{listed}</ofd:Signatures>',
    }
    if attached:
        entries = "".join(f'<ofd:Attachment ID="A{at}" Name="{name}" Format="json"><ofd:FileLoc>{name}</ofd:FileLoc></ofd:Attachment>' for at, name in enumerate(attached))
        files["Doc_0/Attachs/Attachments.xml"] = f"<ofd:Attachments {ns}>{entries}</ofd:Attachments>"
    files = {name: (head + text).encode() for name, text in files.items()}
    files |= {f"Doc_0/Attachs/{name}": content for name, content in attached.items()}
    covered = [name for name in files if name != "Doc_0/Signs/Signatures.xml"]
    for at, who in enumerate(pages):
        folder = f"Doc_0/Signs/Sign_{at}"
        files[f"{folder}/Seal.esl"] = made_seal(d, who)[0]
        refs = "".join(
            f'<ofd:Reference FileRef="/{name}"><ofd:CheckValue>{base64.b64encode(sm3(files[name])).decode()}</ofd:CheckValue></ofd:Reference>'
            for name in [*covered, f"{folder}/Seal.esl"])
        path = f"/{folder}/Signature.xml"
        signature = (head + f'<ofd:Signature {ns}><ofd:SignedInfo><ofd:Provider ProviderName="probe" Version="1.0" Company="probe"/><ofd:SignatureMethod>1.2.156.10197.1.501</ofd:SignatureMethod><ofd:SignatureDateTime>{NOW.strftime("%Y%m%d%H%M%SZ")}</ofd:SignatureDateTime><ofd:References CheckMethod="1.2.156.10197.1.401">{refs}</ofd:References><ofd:StampAnnot ID="1" PageRef="1" Boundary="140 220 40 40"/><ofd:Seal><ofd:BaseLoc>/{folder}/Seal.esl</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo><ofd:SignedValue>/{folder}/SignedValue.dat</ofd:SignedValue></ofd:Signature>').encode()
        files[path[1:]] = signature
        files[f"{folder}/SignedValue.dat"] = set_seal(d, who, signature, path)[1]
    return files


def record(unit, *others):
    """Licence data that names these units as issuers: canonical JSON (RFC 8785)."""
    named = lambda code: {"code": code, "name": "云溪市市场监督管理局"}
    content = {"co_issuers": [named(code) for code in others], "identifier": "test", "unit": named(unit), "v": 1}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def make_all(d):
    files = package(d)
    pack("sealed", files)
    for name, path, change in TAMPERINGS:
        pack(f"tampered-{name}", {**files, path: change(files[path])})
    own, two = record(UNIT), record(UNIT, OTHER)
    both = ("signer", "other")
    for name, pages, data, seals in [
        ("issuer", ("signer",), own, ("signer",)),
        ("co-issuers", both, two, ("other", "signer")),
        # Every seal in the following is genuine and covers what it should.
        ("foreign-both", ("other",), own, ("other",)),
        ("foreign-page", ("other",), own, ("signer",)),
        ("foreign-record", ("signer",), own, ("other",)),
        ("foreign-beside", both, own, both),
        ("foreign-no-unit", ("nobody",), own, ("nobody",)),
        ("issuer-page-only", ("signer",), own, ()),
        ("issuer-missing", ("signer",), two, ("signer",)),
        ("issuer-unnamed", ("signer",), b'{"co_issuers":[],"unit":null}', ("signer",)),
        ("issuer-twice-named", ("signer",), own.replace(b'"v":1', b'"unit":{"code":"x"},"v":1'), ("signer",)),
        ("record-away", ("signer",), None, ("signer",)),
    ]:
        pack(f"record-{name}", package(d, pages, data, seals))


def pack(name, files):
    with zipfile.ZipFile(f"{HERE}/{name}.ofd", "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2026, 11, 22, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


SIGN = "Doc_0/Signs/Sign_0"
TAMPERINGS = [
    ("page", "Doc_0/Pages/Page_0/Content.xml", lambda b: b.replace("测试".encode(), "伪造".encode())),
    ("signature-xml", f"{SIGN}/Signature.xml", lambda b: b.replace(b"140 220 40 40", b"140 220 40 41")),
    ("signature", f"{SIGN}/SignedValue.dat", lambda b: b[:-1] + bytes([b[-1] ^ 1])),
    ("seal-name", f"{SIGN}/SignedValue.dat", lambda b: b.replace("监督".encode(), "管督".encode(), 1)),
    ("seal-file", f"{SIGN}/Seal.esl", lambda b: b.replace("监督".encode(), "管督".encode(), 1)),
]

NOW = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0) + datetime.timedelta(seconds=5)

with tempfile.TemporaryDirectory() as folder:
    authority(folder)
    make_all(folder)
    open(f"{HERE}/trust.pem", "w").write(open(f"{folder}/root.pem").read() + open(f"{folder}/list.pem").read())
    open(f"{HERE}/sealed_at", "w").write(str(int(NOW.replace(tzinfo=datetime.timezone.utc).timestamp())) + "\n")
print("made", os.listdir(HERE))
