"""An OpenID provider over real HTTP, of Authlib's server side: code with PKCE, signed ID tokens, and what can go wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from flask import Flask, Response, jsonify
from joserfc.jwk import ECKey, KeySet
from werkzeug.serving import make_server

CLIENT, SECRET = "tongban-console", "a-secret-of-thirty-two-characters"


class _Client(ClientMixin):
    def __init__(self, redirect: str) -> None:
        self.redirect = redirect

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.redirect

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class _Code(AuthorizationCodeMixin):
    code: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    auth_time: int

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class IdentityProvider:
    """``user``: who is signed in there (``preferred_username``); ``wrong``: what it gets wrong, by name."""

    issuer: str
    redirect: str
    user: str = "wang"
    wrong: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", parameters={"kid": "1"}))
    codes: dict[str, _Code] = field(default_factory=dict)

    def app(self) -> Flask:
        app, idp = Flask("provider"), self
        server = AuthorizationServer(app, lambda _id: _Client(idp.redirect), lambda _token, _request: None)

        class Code(AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

            def save_authorization_code(self, code: str, asked: Any) -> None:
                told = asked.payload.data
                idp.codes[code] = _Code(
                    code,
                    asked.payload.redirect_uri,
                    asked.payload.scope,
                    "another" if idp.wrong == "nonce" else told["nonce"],
                    told["code_challenge"],
                    told["code_challenge_method"],
                    int(time.time()),
                )

            def query_authorization_code(self, code: str, client: _Client) -> _Code | None:
                return idp.codes.get(code)

            def delete_authorization_code(self, authorization_code: _Code) -> None:
                del idp.codes[authorization_code.code]

            def authenticate_user(self, authorization_code: _Code) -> str:
                return idp.user

        class OpenId(OpenIDCode):
            def exists_nonce(self, nonce: str, request: Any) -> bool:
                return any(code.nonce == nonce for code in idp.codes.values())

            def resolve_client_private_key(self, client: _Client) -> KeySet:
                signs = ECKey.generate_key("P-256", parameters={"kid": "1"}) if idp.wrong == "key" else idp.key
                return KeySet([signs])

            def get_client_algorithm(self, client: _Client) -> str:
                return "ES256"

            def get_client_claims(self, client: _Client) -> dict[str, Any]:
                at = int(time.time()) - (7200 if idp.wrong == "expired" else 0)
                issuer = "http://127.0.0.1:1" if idp.wrong == "issuer" else idp.issuer
                audience = "somebody-else" if idp.wrong == "audience" else CLIENT
                return {"iss": issuer, "aud": [audience], "iat": at, "exp": at + 600}

            def generate_user_info(self, user: str, scope: str) -> UserInfo:
                return UserInfo(sub=f"sub-{user}", **({} if idp.wrong == "claim" else {"preferred_username": user}))

        server.register_grant(Code, [OpenId(require_nonce=True), CodeChallenge(required=True)])

        @app.get("/.well-known/openid-configuration")
        def discovery() -> Response:
            told = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", "response_types_supported": ["code"]}
            told |= {"authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token"}
            return jsonify(told)

        @app.get("/jwks")
        def jwks() -> Response:
            return jsonify(KeySet([self.key]).as_dict(private=False))

        @app.get("/authorize")
        def authorize() -> Any:
            asked = server.get_consent_grant(end_user=self.user)
            return server.create_authorization_response(grant_user=None if self.wrong == "denied" else self.user, grant=asked)

        @app.post("/token")
        def token() -> Any:
            return server.create_token_response()

        return app


@contextmanager
def identity_provider(redirect: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[IdentityProvider]:
    """Served on the loopback; Authlib wants to be told that plain HTTP is meant."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    idp = IdentityProvider("", redirect)
    server = make_server("127.0.0.1", 0, Flask(__name__), threaded=True)
    idp.issuer = f"http://127.0.0.1:{server.port}"
    server.app = idp.app()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield idp
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
