"""Single sign-on: which claim of an OpenID provider is the login name. Loaded only with MOFANG_AUTH=oidc."""

from typing import Any

from superset.security import SupersetSecurityManager


class OidcSecurityManager(SupersetSecurityManager):
    """The checked id token's `preferred_username` must be a name that `mofang users` has added."""

    def oauth_user_info(self, provider: str, response: dict[str, Any] | None = None) -> dict[str, Any]:
        claims = (response or {})["userinfo"]
        return {
            "username": claims["preferred_username"],
            "first_name": claims.get("given_name", ""),
            "last_name": claims.get("family_name", ""),
            "email": claims.get("email", ""),
        }
