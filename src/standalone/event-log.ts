import { Injectable, Logger } from '@nestjs/common';
import { OnAuthEvent } from '../auth/auth.decorators.js';
import type {
  LoginFailedEvent,
  PasswordChangedEvent,
  ProofRefusedEvent,
  SessionOpenedEvent,
  SessionRevokedEvent,
  StaleCopyEvent,
  TokenReusedEvent,
} from '../events.js';

/** Writes down what happens to sessions: who may have to know, never what a person typed. */
@Injectable()
export class EventLog {
  private readonly logger = new Logger('Sessions');

  @OnAuthEvent('session.opened')
  opened({ sessionId, userId, ip }: SessionOpenedEvent): void {
    this.logger.log(`Session ${sessionId} opened for user ${userId} from ${ip}`);
  }

  @OnAuthEvent('session.revoked')
  revoked({ sessionId, userId, reason }: SessionRevokedEvent): void {
    this.logger.log(`Session ${sessionId} of user ${userId} revoked: ${reason}`);
  }

  @OnAuthEvent('token.reused')
  reused({ sessionId, userId, generation }: TokenReusedEvent): void {
    this.logger.warn(
      `Spent token ${generation} of session ${sessionId}, user ${userId}, came back`,
    );
  }

  @OnAuthEvent('session.stale_copy')
  staleCopy({ sessionId, userId, distance }: StaleCopyEvent): void {
    this.logger.log(
      `The holder of session ${sessionId}, user ${userId}, came with a copy ${distance} refreshes old`,
    );
  }

  @OnAuthEvent('session.proof_refused')
  proofRefused({ sessionId, userId, token, fault, ip }: ProofRefusedEvent): void {
    this.logger.warn(
      `The ${token} token of session ${sessionId}, user ${userId}, came from ${ip} without its key: ${fault}`,
    );
  }

  @OnAuthEvent('password.changed')
  passwordChanged({ userId, ip }: PasswordChangedEvent): void {
    this.logger.log(`Password of user ${userId} changed from ${ip}`);
  }

  @OnAuthEvent('login.failed')
  loginFailed({ ip }: LoginFailedEvent): void {
    this.logger.warn(`Failed login from ${ip}`);
  }
}
