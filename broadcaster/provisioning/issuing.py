"""The town's own authority and what it vouches for: X.509 certificates of EC P-256 keys. Pure, but for the random keys.

The authority is trusted by the browsers of the town hall too. Its name constraints keep whoever steals its key from
speaking for the rest of the internet: it can only vouch for private addresses, local names and those it was made for.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_VALID = timedelta(days=20 * 365)
SERVER_VALID = timedelta(days=825)
"""The longest that Apple's and others' browsers take from an authority of one's own."""

BACKDATED = timedelta(days=1)
"""A clock that is a little slow must not refuse a new certificate."""

_NETWORKS = (
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
_SUFFIXES = ("localhost", "localdomain", "local", "lan", "internal", "home.arpa")


def new_key() -> EllipticCurvePrivateKey:
    """Return a new key."""
    return generate_private_key(SECP256R1())


def issue_authority(key: EllipticCurvePrivateKey, town: str, names: Sequence[str], now: datetime) -> x509.Certificate:
    """Return the authority of a town, which may vouch for these names and for whatever is private."""
    serial = x509.random_serial_number()
    # Two authorities of a town are told apart by their names.
    title = f"{town} kokuchi {now:%Y-%m} {serial & 0xFFFF:04X}"
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    return (
        _builder(subject, subject, key.public_key(), serial, now, AUTHORITY_VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(_permitted(names), None), critical=True)
        .sign(key, hashes.SHA256())
    )


def issue_server(
    public_key: EllipticCurvePublicKey,
    names: Sequence[str],
    authority: x509.Certificate,
    authority_key: EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    """Return a server's certificate for host names and addresses; it never outlives its authority."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kokuchi")])
    valid = min(SERVER_VALID - BACKDATED, authority.not_valid_after_utc - now)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        _builder(subject, authority.subject, public_key, x509.random_serial_number(), now, valid)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def may_vouch_for(authority: x509.Certificate, name: str) -> bool:
    """Tell whether the name constraints of an authority of ours let it vouch for a host name or address."""
    permitted = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    general = _general(name)
    if isinstance(general, x509.IPAddress):
        networks = [tree.value for tree in permitted if isinstance(tree, x509.IPAddress)]
        address = ip_address(name)
        return any(isinstance(net, IPv4Network | IPv6Network) and address in net for net in networks)
    return any(f".{name}".endswith(f".{tree.value}") for tree in permitted if isinstance(tree, x509.DNSName))


def names_of(certificate: x509.Certificate) -> list[str]:
    """Return the host names and addresses that a server's certificate is for."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: EllipticCurvePublicKey,
    serial: int,
    now: datetime,
    valid: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(serial)
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + valid)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _permitted(names: Sequence[str]) -> list[x509.GeneralName]:
    hosts = [name for name in names if not _is_address(name)]
    networks = [ip_network(network) for network in _NETWORKS]
    own = [ip_address(name) for name in names if _is_address(name)]
    networks += [ip_network(address) for address in own if not any(address in network for network in networks)]
    return [
        *(x509.DNSName(host) for host in dict.fromkeys([*_SUFFIXES, *hosts])),
        *(x509.IPAddress(network) for network in dict.fromkeys(networks)),
    ]


def _general(name: str) -> x509.DNSName | x509.IPAddress:
    return x509.IPAddress(ip_address(name)) if _is_address(name) else x509.DNSName(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
