"""Which algorithms a key has."""

from __future__ import annotations

import pytest

from pytest_fakecopy.domain.key_algorithms import algorithms
from pytest_fakecopy.domain.kms import KEY_SPECS, KEY_USAGES
from tests.builders import key_record

MEMBERS = {
    "ENCRYPT_DECRYPT": "EncryptionAlgorithms",
    "SIGN_VERIFY": "SigningAlgorithms",
    "GENERATE_VERIFY_MAC": "MacAlgorithms",
    "KEY_AGREEMENT": "KeyAgreementAlgorithms",
    "ENCAPSULATE_DECAPSULATE": "EncapsulationAlgorithms",
}


@pytest.mark.parametrize(
    ("spec", "usage"), [(spec, usage) for spec, usages in KEY_SPECS.items() for usage in usages]
)
def test_a_key_has_algorithms_of_its_usage(spec: str, usage: str) -> None:
    """Every spec with every usage that it can have: one member, and something in it."""
    member, names = algorithms(key_record(key_spec=spec, key_usage=usage))

    assert member == MEMBERS[usage]
    assert names


@pytest.mark.parametrize(
    ("spec", "usage", "names"),
    [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", ["SYMMETRIC_DEFAULT"]),
        ("RSA_3072", "ENCRYPT_DECRYPT", ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]),
        ("SM2", "ENCRYPT_DECRYPT", ["SM2PKE"]),
        ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", ["ED25519_SHA_512", "ED25519_PH_SHA_512"]),
        ("ECC_NIST_P521", "KEY_AGREEMENT", ["ECDH"]),
        ("HMAC_384", "GENERATE_VERIFY_MAC", ["HMAC_SHA_384"]),
        ("ML_DSA_44", "SIGN_VERIFY", ["ML_DSA_SHAKE_256"]),
        ("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", ["ML_KEM"]),
    ],
)
def test_the_algorithms_are_those_of_the_spec(spec: str, usage: str, names: list[str]) -> None:
    """KMS API reference, DescribeKey."""
    assert algorithms(key_record(key_spec=spec, key_usage=usage))[1] == names


def test_every_usage_has_a_spec() -> None:
    """None of the table's usages is out of reach."""
    assert {usage for usages in KEY_SPECS.values() for usage in usages} == set(KEY_USAGES)
