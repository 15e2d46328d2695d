/**
 * The token under which the module's parts receive the `client_id` of whoever asks for tokens and is no client that
 * has a name: the issuer, whose own application that is; null without the extra `oauth`.
 */
export const OWN_CLIENT_ID = Symbol('nestjs-baton own client id');
