"""Which algorithms keys of each spec have. KMS API reference, DescribeKey."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_fakecopy.domain.kms import KeyRecord

_RSA_SIGNING = tuple(
    f"RSASSA_{scheme}_SHA_{bits}" for scheme in ("PKCS1_V1_5", "PSS") for bits in (256, 384, 512)
)
_SIGNING: Mapping[str, tuple[str, ...]] = {
    "RSA_2048": _RSA_SIGNING,
    "RSA_3072": _RSA_SIGNING,
    "RSA_4096": _RSA_SIGNING,
    "ECC_NIST_P256": ("ECDSA_SHA_256",),
    "ECC_NIST_P384": ("ECDSA_SHA_384",),
    "ECC_NIST_P521": ("ECDSA_SHA_512",),
    "ECC_SECG_P256K1": ("ECDSA_SHA_256",),
    "ECC_NIST_EDWARDS25519": ("ED25519_SHA_512", "ED25519_PH_SHA_512"),
    "SM2": ("SM2DSA",),
    "ML_DSA_44": ("ML_DSA_SHAKE_256",),
    "ML_DSA_65": ("ML_DSA_SHAKE_256",),
    "ML_DSA_87": ("ML_DSA_SHAKE_256",),
}


def algorithms(key: KeyRecord) -> tuple[str, list[str]]:
    """Return the member of KeyMetadata that lists a key's algorithms, and the list."""
    spec = key.key_spec
    if key.key_usage == "SIGN_VERIFY":
        return "SigningAlgorithms", list(_SIGNING[spec])
    if key.key_usage == "GENERATE_VERIFY_MAC":
        return "MacAlgorithms", [spec.replace("_", "_SHA_")]
    if key.key_usage == "KEY_AGREEMENT":
        return "KeyAgreementAlgorithms", ["ECDH"]
    if key.key_usage == "ENCAPSULATE_DECAPSULATE":
        return "EncapsulationAlgorithms", ["ML_KEM"]
    if spec.startswith("RSA"):
        return "EncryptionAlgorithms", ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]
    return "EncryptionAlgorithms", ["SM2PKE" if spec == "SM2" else "SYMMETRIC_DEFAULT"]
