import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import * as v from 'valibot';
import { NotFoundError } from '../../errors.js';
import { storableUserId } from '../../sessions/storable-session.js';
import { LONGEST_USER_ID, type UserId, isStorable } from '../../storable-text.js';
import type { AuthUser } from '../../users/user-store.js';
import { Public } from '../auth.decorators.js';
import { parseBody } from '../auth.dto.js';
import { AUTH_CONFIG, type AuthConfig } from '../auth.options.js';
import { PersonalAuthRoute } from '../auth-route.js';
import { AuthService } from '../auth.service.js';
import { ErrorHeaders } from '../error-headers.js';
import { type HttpRequest, bodyOf } from '../http-request.js';
import { confidentialClientOf } from './oauth-clients.js';
import { OAuthError, inOAuthWords } from './oauth-error.js';

/** What a session is told that was ended here. */
export const GLOBAL_REVOCATION = 'global_revocation';

const ID_TAKES = `takes a string of 1 to ${LONGEST_USER_ID} characters`;
const userId = v.custom<string>((value) => isStorable(value, 1, LONGEST_USER_ID), ID_TAKES);

/** The ways to name a user that a store of users can follow (RFC 9493). */
const subjectSchema = v.object({
  sub_id: v.variant(
    'format',
    [
      v.object({ format: v.literal('iss_sub'), iss: v.string('takes a string'), sub: userId }),
      v.object({ format: v.literal('opaque'), id: userId }),
    ],
    'takes an object with the format iss_sub or opaque',
  ),
});

/**
 * Ends every session of one user, for a client that may.
 *
 * @see draft-parecki-oauth-global-token-revocation
 */
@PersonalAuthRoute()
@Public()
@Controller()
export class GlobalRevocationController {
  constructor(
    private readonly auth: AuthService,
    private readonly errorHeaders: ErrorHeaders,
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
  ) {}

  @Post('oauth/global-token-revocation')
  @HttpCode(204)
  revoke(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: unknown,
  ): Promise<void> {
    const work = () => this.revokeUser(request);
    return this.errorHeaders.around(response, () => inOAuthWords(work));
  }

  private async revokeUser(request: HttpRequest): Promise<void> {
    const client = confidentialClientOf(request, new Map(), this.config.oauthClients);
    if (client.revokesUsers !== true) {
      throw new OAuthError('unauthorized_client', 'The client may not end the sessions of users');
    }
    const { sub_id: subject } = parseBody(subjectSchema, bodyOf(request));
    const isOurs = subject.format === 'opaque' || subject.iss === this.config.settings.issuer;
    const id = subject.format === 'opaque' ? subject.id : subject.sub;
    const user = isOurs ? await this.userBy(id) : null;
    // Of a user whom the store does not know any more, sessions may be left.
    if (isOurs) await this.auth.revokeSessions(user?.id ?? id, GLOBAL_REVOCATION);
    if (user === null) throw new NotFoundError('There is no such user');
  }

  private async userBy(id: string): Promise<AuthUser | null> {
    const parsed = this.parsed(id);
    const user = parsed === null ? null : await this.config.users.findById(parsed);
    return user !== null && storableUserId(user.id) === id ? user : null;
  }

  /** A store whose ids are no text need not be able to read this one, which no id of its own has made. */
  private parsed(id: string): UserId | null {
    const { users } = this.config;
    try {
      return users.parseId === undefined ? id : users.parseId(id);
    } catch {
      return null;
    }
  }
}
