import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../clock.js';
import { InvalidDpopProofError } from '../../errors.js';
import { keysIn } from '../../keys/key-file.js';
import type { VerifyingKey } from '../../keys/signing-key.js';
import { type JsonObject, decodePart, isWhole } from '../../tokens/claims.js';
import { signerOf } from '../../tokens/token-signer.js';
import { AUTH_CONFIG, type AuthConfig } from '../auth.options.js';
import { UsedProofs } from '../dpop/used-proofs.js';
import type { HttpRequest } from '../http-request.js';
import {
  type OAuthClient,
  clientOf,
  isConfidential,
  requireOneProof,
  unknownClient,
} from './oauth-clients.js';
import type { OAuthForm } from './oauth-form.js';

/** What comes as `client_assertion_type` (RFC 7523 section 2.2). */
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** How far clients' clocks may be ahead, and how long an assertion may live from now: it is remembered until then. */
const AHEAD_SECONDS = 60;
const LONGEST_SECONDS = 360;
const LONGEST_ID = 256;

/**
 * Which client a request comes from: by `client_secret_basic`, by `private_key_jwt`, or a public one by its name.
 *
 * @see RFC 6749 section 2.3, RFC 7523 section 3, OpenID Connect Core section 9
 */
@Injectable()
export class ClientAuthentication {
  private readonly clients: readonly OAuthClient[];
  private readonly issuer: string;

  constructor(
    @Inject(AUTH_CONFIG) { oauthClients, settings }: AuthConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly used: UsedProofs,
  ) {
    this.clients = oauthClients;
    this.issuer = settings.issuer;
  }

  /**
   * @returns null for a client that says nothing, or a name that nobody has
   * @throws OAuthError `invalid_client` where it does not prove what it says, `invalid_request` where it does so twice
   */
  async clientOf(request: HttpRequest, form: OAuthForm): Promise<OAuthClient | null> {
    requireOneProof(request, form);
    const assertion = form.get('client_assertion');
    if (assertion === undefined) return clientOf(request, form, this.clients);
    return this.clientBy(assertion, form);
  }

  /** @throws OAuthError `invalid_client` unless it is one with a secret or a key, and has shown it */
  async confidentialClientOf(request: HttpRequest, form: OAuthForm): Promise<OAuthClient> {
    const client = await this.clientOf(request, form);
    if (client === null || !isConfidential(client)) throw unknownClient();
    return client;
  }

  private async clientBy(assertion: string, form: OAuthForm): Promise<OAuthClient> {
    const [header, claims] = assertion.split('.', 2).map(decodePart);
    const client = this.clients.find(({ id }) => id === claims?.['sub']);
    if (client === undefined || !header || !claims) throw unknownClient();
    const isTaken = [
      form.get('client_assertion_type') === JWT_BEARER,
      (form.get('client_id') ?? client.id) === client.id,
      keysOf(client).some((key) => isSignedBy(key, header, assertion)),
      this.areFor(client, claims),
    ].every(Boolean);
    if (!isTaken) throw unknownClient();
    await this.claim(client, String(claims['jti']), Number(claims['exp']));
    return client;
  }

  /** The audience is this server and nobody else, so that nobody else can use it here, nor we elsewhere. */
  private areFor({ id }: OAuthClient, { iss, aud, exp, nbf = 0, jti }: JsonObject): boolean {
    const nowSeconds = this.clock.nowMs() / 1000;
    return [
      iss === id,
      [aud].flat().length === 1 && [aud].flat()[0] === this.issuer,
      isWhole(exp) && Number(exp) > nowSeconds && Number(exp) <= nowSeconds + LONGEST_SECONDS,
      isWhole(nbf) && Number(nbf) <= nowSeconds + AHEAD_SECONDS,
      typeof jti === 'string' && jti !== '' && jti.length <= LONGEST_ID,
    ].every(Boolean);
  }

  /** Good once, here and wherever used proofs are shared. */
  private async claim({ id }: OAuthClient, jti: string, exp: number): Promise<void> {
    try {
      await this.used.claim({ jkt: `client ${id}`, jti }, exp, true);
    } catch (error) {
      throw error instanceof InvalidDpopProofError ? unknownClient() : error;
    }
  }
}

const keysOf = ({ publicKey = [] }: OAuthClient): VerifyingKey[] =>
  [publicKey].flat().flatMap((text) => keysIn(text));

/** `Ed25519` is RFC 9864's newer name of EdDSA with such a key. */
function isSignedBy(key: VerifyingKey, { alg, crit }: JsonObject, assertion: string): boolean {
  const { algorithm, kid } = key;
  const isIts = alg === algorithm || (alg === 'Ed25519' && algorithm === 'EdDSA');
  if (!isIts || crit !== undefined) return false;
  try {
    signerOf(key, { alg: algorithm, typ: 'JWT', kid }).verify(assertion);
    return true;
  } catch {
    return false;
  }
}
