"""Signing in by an identity provider: OpenID Connect, code flow with PKCE, state and nonce; for accounts that are there already.

The provider says who somebody is; what they may do stays here. OAuth by Authlib, tokens by joserfc, over httpx.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

from fleet.people.flows import Flow
from fleet.settings import OidcSettings, SettingsError, secret
from mqtt.broker import is_loopback

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures of ID tokens that are believed; none by a shared secret."""
_KEPT = 3600.0
_LEEWAY = 60
_PATIENCE = 5.0
_MOST = 256 * 1024
BACK = "/sign-in/oidc/back"
"""The path of the console the provider sends people back to."""


class OidcError(Exception):
    """Somebody cannot be signed in so; the text (Chinese) is for them. ``code``: for the record."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Discovered(Struct, frozen=True):
    """OpenID Connect Discovery 1.0, what is used of it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    authorization_response_iss_parameter_supported: bool = False


class Provider:
    """``now``: seconds since 1970. Threads may share it."""

    def __init__(self, settings: OidcSettings, password: str, http: httpx.Client, now: Callable[[], float]) -> None:
        self.name = settings.name
        self.secure = settings.address.startswith("https:")
        self._settings = settings
        self._secret = password
        self._http = http
        self._now = now
        self._lock = threading.Lock()
        self._found: tuple[float, Discovered, KeySet] | None = None

    def address(self, state: str, flow: Flow) -> str:
        """Where to send the browser. :class:`OidcError`."""
        found, _ = self._discovered()
        url, _ = self._client().create_authorization_url(
            found.authorization_endpoint, state=state, code_verifier=flow.verifier, nonce=flow.nonce
        )
        return str(url)

    def login(self, flow: Flow, code: str, issuer: str | None) -> str:
        """Of who came back. :class:`OidcError`."""
        found, _ = self._discovered()
        if (issuer or found.authorization_response_iss_parameter_supported) and issuer != found.issuer:
            raise OidcError("oidc-issuer", "回来的不是约定的认证服务。请重新登录。")
        told = self._exchanged(found, code, flow)
        login = self._claims(found, told, flow).get(self._settings.claim)
        if not isinstance(login, str) or not login:
            raise OidcError("oidc-claim", "认证服务没有给出登录名。请联系管理员。")
        return login.lower()

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self._http,
            self._settings.client_id,
            scope="openid profile",
            redirect_uri=self._settings.address + BACK,
            code_challenge_method="S256",
        )

    def _exchanged(self, found: Discovered, code: str, flow: Flow) -> dict[str, Any]:
        auth = httpx.BasicAuth(self._settings.client_id, self._secret)
        try:
            told = self._client().fetch_token(
                found.token_endpoint, code=code, code_verifier=flow.verifier, grant_type="authorization_code", auth=auth
            )
        except (AuthlibBaseError, httpx.HTTPError, ValueError) as error:
            raise OidcError("oidc-code", "认证服务没有认可这次登录。请重新登录。") from error
        return dict(told)

    def _claims(self, found: Discovered, told: dict[str, Any], flow: Flow) -> CodeIDToken:
        options = {
            "iss": {"essential": True, "value": found.issuer},
            "aud": {"essential": True, "value": self._settings.client_id},
        }
        params = {"nonce": flow.nonce, "client_id": self._settings.client_id, "access_token": told.get("access_token")}
        try:
            token = self._decoded(str(told.get("id_token", "")))
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(now=int(self._now()), leeway=_LEEWAY)
        except (JoseError, ValueError) as error:
            raise OidcError("oidc-token", "认证服务给的凭据不对。请重新登录；还不行，请联系管理员。") from error
        return claims

    def _decoded(self, token: str) -> jwt.Token:
        """By the provider's keys; fetched anew once when none fits: it may have changed them."""
        _, keys = self._discovered()
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            _, keys = self._discovered(anew=True)
            return jwt.decode(token, keys, algorithms=ALGORITHMS)

    def _discovered(self, *, anew: bool = False) -> tuple[Discovered, KeySet]:
        with self._lock:
            kept = self._found
        if kept is not None and not anew and 0 <= self._now() - kept[0] < _KEPT:
            return kept[1], kept[2]
        issuer = self._settings.issuer
        try:
            found = msgspec.json.decode(self._got(issuer.rstrip("/") + "/.well-known/openid-configuration"), type=Discovered)
            if found.issuer != issuer:
                raise OidcError("oidc-issuer", f"{self.name}的地址与设置不符。请联系管理员。")
            keys = KeySet.import_key_set(msgspec.json.decode(self._got(found.jwks_uri)))
        except (httpx.HTTPError, msgspec.MsgspecError, JoseError, KeyError, TypeError, ValueError) as error:
            raise OidcError("oidc-provider", f"连不上{self.name}，请用密码登录，或稍后再试。") from error
        with self._lock:
            self._found = (self._now(), found, keys)
        return found, keys

    def _got(self, url: str) -> bytes:
        with self._http.stream("GET", url) as answer:
            answer.raise_for_status()
            body = b""
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > _MOST:
                    raise ValueError("too much of it")
        return body


def provider(settings: OidcSettings | None, now: Callable[[], float]) -> Provider | None:
    """As the settings say; ``SettingsError`` and ``OSError`` for files and addresses that cannot be used."""
    if settings is None:
        return None
    issuer = urlsplit(settings.issuer)
    if issuer.scheme != "https" and not is_loopback(issuer.hostname or ""):
        raise SettingsError(f"设置有误：oidc.issuer 要用 https，现为 {settings.issuer}")
    verify = ssl.create_default_context(cafile=str(settings.ca_file)) if settings.ca_file is not None else True
    return Provider(settings, secret(settings.secret_file), httpx.Client(timeout=_PATIENCE, verify=verify, trust_env=False), now)
