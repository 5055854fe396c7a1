# Signing in through a provider (OpenID Connect). Every message here is in id/oidc.ftl as well.
oidc-button = Sign in with { $what }
oidc-or = or with a password kept here:
oidc-returned = You are signed in
oidc-go-on = Go on
oidc-unasked = That sign-in was not begun in this browser, or too long ago. Please begin again.
oidc-denied = { $what } did not let you in, or you broke it off there.
oidc-failed = { $what } cannot be reached, or its answer is not valid. Try again in a moment; if it keeps failing, tell an operator (the log says why).
oidc-nameless = { $what } does not tell your name. Ask an operator to look at `name_claim`.
oidc-roleless = Your account at { $what } is in no group that may work here. Ask an administrator to add you.
oidc-name-taken = Another account here has your name. If it is yours, ask an operator to link it: waspada user link.
oidc-shut = Your account is closed. Ask an administrator.
account-by-provider = You sign in through a provider: password and second step are set there.
people-totp-provider = at the provider
