"""The key of App Store Connect as the tokens that it wants: signed by us, good for minutes, renewed before they end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from connectors.clock import Clock
from connectors.errors import AuthFailed
from connectors.secrets import Needed, Secret, required

SECRETS = (
    Needed("key_id", "OVERHEARD_APP_STORE_KEY_ID", "the id of an App Store Connect API key"),
    Needed("issuer_id", "OVERHEARD_APP_STORE_ISSUER_ID", "the issuer id beside it"),
    Needed("private_key", "OVERHEARD_APP_STORE_PRIVATE_KEY", "its private key (the text of the .p8 file, or its path)"),
)

_AUDIENCE = "appstoreconnect-v1"
# Twenty minutes are the most that is accepted; a clock that is a little off must not make them more.
_GOOD_FOR = timedelta(minutes=15)
_RENEWED_AFTER = timedelta(minutes=10)
_MARK = "-----BEGIN"


class Tokens:
    """Makes them; nothing is read or signed before the first is wanted."""

    def __init__(self, name: str, secrets: Mapping[str, Secret], clock: Clock) -> None:
        self._name = name
        self._secrets = secrets
        self._clock = clock
        self._token: Secret | None = None
        self._made = datetime.min.replace(tzinfo=UTC)

    def headers(self) -> dict[str, str]:
        """The header of a request.

        Raises:
            AuthFailed: a secret is missing, or the key is none.
        """
        now = self._clock.now()
        if self._token is None or not timedelta() <= now - self._made < _RENEWED_AFTER:
            self._token, self._made = self._signed(now), now
        return {"Authorization": f"Bearer {self._token.reveal()}"}

    def renew(self) -> None:
        """Forget the token: it was refused."""
        self._token = None

    def _signed(self, now: datetime) -> Secret:
        required(SECRETS, self._secrets, self._name)
        claims = {
            "iss": self._secrets["issuer_id"].reveal(),
            "iat": int(now.timestamp()),
            "exp": int((now + _GOOD_FOR).timestamp()),
            "aud": _AUDIENCE,
        }
        key = self._key()
        try:
            return Secret(jwt.encode(claims, key, algorithm="ES256", headers={"kid": self._secrets["key_id"].reveal()}))
        except (jwt.PyJWTError, ValueError, TypeError):
            # Without the cause, which may quote the key.
            hint = f"put the whole .p8 file into {SECRETS[2].variable}, or its path"
            raise AuthFailed(f"the private key of {self._name} cannot be used: it is none of ES256", hint) from None

    def _key(self) -> str:
        """The private key as PEM; in environments line ends are often written as backslash and n."""
        told = self._secrets["private_key"].reveal()
        if _MARK in told:
            return told.replace("\\n", "\n")
        try:
            return Path(told).expanduser().read_text(encoding="utf-8")
        except (OSError, ValueError, RuntimeError):
            # What was told is not shown: it may be the key itself, without its first line.
            raise AuthFailed(
                f"the private key of {self._name} is neither a key nor a file that can be read",
                hint=f"put the whole .p8 file into {SECRETS[2].variable}, or its path",
            ) from None
