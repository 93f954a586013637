"""The certificate of this machine's warehouses and services: made here, for loopback alone.

It lies in the workspace as ``redshift/server.crt``, so that a client can check it
(``sslmode=verify-full sslrootcert=...``), and with all authorities of this machine as
``redshift/trust.pem``: redshift_connector believes it where ``SSL_CERT_FILE`` names that file.
Amazon's own is signed by an authority that clients bring along. Source: https://docs.aws.amazon.com/redshift/latest/mgmt/connecting-ssl-support.html
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from botocore.httpsession import DEFAULT_CA_BUNDLE
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: The addresses of loopback where servers of ours may be.
HOSTS = tuple(f"127.0.0.{last}" for last in range(1, 33))
_LASTS = timedelta(days=3650)
_lock = threading.Lock()


def server_context(home: Path) -> ssl.SSLContext:
    """TLS with the workspace's certificate."""
    prepare(home)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(home / "redshift" / "server.crt", home / "redshift" / "server.key")
    return context


def prepare(home: Path) -> None:
    """Make the certificate and the file of trust, unless they are there for all addresses."""
    folder = home / "redshift"
    with _lock:
        made = all((folder / name).exists() for name in ("server.crt", "server.key", "trust.pem"))
        if made and _names(folder / "server.crt") == HOSTS:
            return
        folder.mkdir(parents=True, exist_ok=True)
        _make(folder / "server.crt", folder / "server.key")
        own = (folder / "server.crt").read_bytes()
        (folder / "trust.pem").write_bytes(Path(_authorities()).read_bytes() + b"\n" + own)


def _names(certificate: Path) -> tuple[str, ...]:
    """The addresses that a certificate is for."""
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(map(str, names.get_values_for_type(x509.IPAddress)))


def _authorities() -> str:
    """The machine's authorities, or those that boto3 brings along."""
    return ssl.get_default_verify_paths().cafile or str(DEFAULT_CA_BUNDLE)


def _make(certificate: Path, key: Path) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    written = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with open(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(written)
    certificate.write_bytes(_signed(secret).public_bytes(serialization.Encoding.PEM))


def _signed(secret: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A certificate of a name of its own: a client may trust those of other workspaces, too."""
    told = {NameOID.COMMON_NAME: "localhost", NameOID.SERIAL_NUMBER: secrets.token_hex(8)}
    name = x509.Name([x509.NameAttribute(*each) for each in told.items()])
    names = [
        x509.DNSName("localhost"),
        *(x509.IPAddress(ipaddress.IPv4Address(host)) for host in HOSTS),
    ]
    start = datetime.now(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + _LASTS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(secret, hashes.SHA256())
    )
