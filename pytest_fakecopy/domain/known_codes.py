"""The error codes that the services served here are documented to answer with, by name alone.

They tell a code from a misspelt one when a test sets up a fault. Sources: EC2 API reference "Error
codes" (the common ones, and those about snapshots, volumes, images, tags and limits; codes of
instances and networks are left out), KMS and STS API references, and `_retry.json` of botocore.
"""

from __future__ import annotations

_COMMON = """
    AuthFailure Blocked DryRunOperation EC2ThrottledException IdempotentParameterMismatch
    IncompleteSignature InvalidAction InvalidCharacter InvalidClientTokenId InvalidPaginationToken
    InvalidParameter InvalidParameterCombination InvalidParameterDependency InvalidParameterValue
    InvalidQueryParameter MalformedQueryString MissingAction MissingAuthenticationToken
    MissingParameter NoSuchVersion OptInRequired PendingVerification RequestExpired
    SignatureDoesNotMatch TagPolicyViolation UnauthorizedOperation UnknownParameter Unsupported
    UnsupportedOperation UnsupportedProtocol ValidationError
"""

_SERVER = """
    BandwidthLimitExceeded InsufficientCapacity InsufficientVolumeCapacity InternalError
    InternalFailure RequestLimitExceeded ServerInternal ServiceUnavailable Unavailable
"""

_STORAGE = """
    AccountDisabled ConcurrentSnapshotLimitExceeded ConcurrentTagAccess CustomerKeyHasBeenRevoked
    EncryptedVolumesNotSupported FilterLimitExceeded IncorrectModificationState IncorrectState
    InvalidAMIAttributeItemValue InvalidAMIID.Malformed InvalidAMIID.NotFound
    InvalidAMIID.Unavailable InvalidAMIName.Duplicate InvalidAMIName.Malformed
    InvalidAttachment.NotFound InvalidAvailabilityZone InvalidBlockDeviceMapping InvalidClientToken
    InvalidDevice.InUse InvalidFilter InvalidFormat InvalidID InvalidInput InvalidInstanceID
    InvalidInstanceID.Malformed InvalidInstanceID.NotFound InvalidMaxResults InvalidNextToken
    InvalidRegion InvalidRequest InvalidResourceType.Unknown InvalidSecurity.RequestHasExpired
    InvalidSnapshot.InUse InvalidSnapshot.NotFound InvalidSnapshotID.Malformed InvalidState
    InvalidStateTransition InvalidTagKey.Malformed InvalidUserID.Malformed InvalidVolume.NotFound
    InvalidVolume.ZoneMismatch InvalidVolumeID.Duplicate InvalidVolumeID.Malformed
    InvalidVolumeID.ZoneMismatch InvalidZone.NotFound MaxIOPSLimitExceeded OperationNotPermitted
    PendingSnapshotLimitExceeded ResourceCountExceeded ResourceLimitExceeded RetryableError
    SnapshotCopyUnsupported.InterRegion SnapshotCreationPerVolumeRateExceeded SnapshotLimitExceeded
    TagLimitExceeded UnknownVolumeType VolumeInUse VolumeIOPSLimit VolumeLimitExceeded
    VolumeModificationSizeLimitExceeded VolumeTypeNotAvailableInZone
"""

# What throttles is called differently by the services behind EC2; botocore retries all of them.
_THROTTLING = """
    BandwidthLimitExceeded PriorRequestNotComplete ProvisionedThroughputExceededException
    RequestThrottled RequestThrottledException RequestTimeout RequestTimeoutException SlowDown
    ThrottledException Throttling ThrottlingException TooManyRequestsException
    TransactionInProgressException
"""

_KMS = """
    AccessDeniedException AlreadyExistsException CloudHsmClusterInUseException
    CloudHsmClusterInvalidConfigurationException CloudHsmClusterNotActiveException
    CloudHsmClusterNotFoundException CloudHsmClusterNotRelatedException ConflictException
    CustomKeyStoreHasCMKsException CustomKeyStoreInvalidStateException
    CustomKeyStoreNameInUseException CustomKeyStoreNotFoundException DependencyTimeoutException
    DisabledException DryRunOperationException ExpiredImportTokenException
    IncompleteSignatureException IncorrectKeyException IncorrectKeyMaterialException
    IncorrectTrustAnchorException InvalidAliasNameException InvalidArnException
    InvalidCiphertextException InvalidGrantIdException InvalidGrantTokenException
    InvalidImportTokenException InvalidKeyUsageException InvalidMarkerException
    InvalidSignatureException KMSInternalException KMSInvalidMacException
    KMSInvalidSignatureException KMSInvalidStateException KeyUnavailableException
    LimitExceededException MalformedPolicyDocumentException MissingAuthenticationTokenException
    NotFoundException TagException UnknownOperationException UnrecognizedClientException
    UnsupportedOperationException ValidationException XksKeyAlreadyInUseException
    XksKeyInvalidConfigurationException XksKeyNotFoundException
"""

_STS = """
    AccessDenied ExpiredToken ExpiredTokenException ExpiredTradeInTokenException
    IDPCommunicationError IDPRejectedClaim InvalidAuthorizationMessageException
    InvalidContextAssertion InvalidIdentityToken
    JWTPayloadSizeExceededException MalformedPolicyDocument
    OutboundWebIdentityFederationDisabledException PackedPolicyTooLarge RegionDisabledException
    SessionDurationEscalationException
"""

ERROR_CODES: frozenset[str] = frozenset(
    code
    for group in (_COMMON, _SERVER, _STORAGE, _THROTTLING, _KMS, _STS)
    for code in group.split()
)
"""All of them."""
