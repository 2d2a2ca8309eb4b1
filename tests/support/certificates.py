"""Certificates for tests: an authority of their own, and what it signs for 127.0.0.1."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def authority(folder: Path, name: str = "authority") -> Pair:
    """Written as NAME.pem."""
    made = _signed(name, None)
    _write(folder / f"{name}.pem", made)
    return made


def issue(folder: Path, name: str, by: Pair) -> tuple[str, str]:
    """Paths of the certificate and its key, NAME.pem and NAME.key."""
    made = _signed(name, by)
    _write(folder / f"{name}.pem", made)
    key = made[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{name}.key").write_bytes(key)
    return str(folder / f"{name}.pem"), str(folder / f"{name}.key")


def _write(path: Path, pair: Pair) -> None:
    path.write_bytes(pair[0].public_bytes(serialization.Encoding.PEM))


def _signed(name: str, by: Pair | None) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    issuer, signing = (by[0].subject, by[1]) if by else (subject, key)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(alternative, critical=False)
    )
    return builder.sign(signing, hashes.SHA256()), key
