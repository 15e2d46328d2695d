import { createHash, randomUUID } from 'node:crypto';
import { UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { getRepositoryToken } from '@nestjs/typeorm';
import { Inject } from '@nestjs/common';
import bcrypt from 'bcrypt';
import { decorateClass } from './decorate.js';
import { RefreshToken, User } from './entities.js';

const ROUNDS = 10;
const REFRESH_DAYS = 7;

/** bcrypt reads 72 bytes, and those of two tokens of one session are the same: hashed first, as the better ones do. */
const digestOf = (token) => createHash('sha256').update(token).digest('base64');

/** Login, and refresh by a row that is found by its id, compared by bcrypt, marked as revoked and followed by a new one. */
export class AuthService {
  constructor(jwt, users, refreshTokens) {
    this.jwt = jwt;
    this.users = users;
    this.refreshTokens = refreshTokens;
  }

  async login(username, password) {
    const user = await this.users.findOneBy({ username });
    if (user === null || !(await bcrypt.compare(password, user.passwordHash))) {
      throw new UnauthorizedException();
    }
    return this.issue(user);
  }

  async refresh(token) {
    const claims = await this.verified(token);
    const row = await this.refreshTokens.findOneBy({ id: claims.jti, revoked: false });
    if (row === null || row.expiresAt < new Date()) throw new UnauthorizedException();
    if (!(await bcrypt.compare(digestOf(token), row.tokenHash))) throw new UnauthorizedException();
    await this.refreshTokens.update({ id: row.id }, { revoked: true });
    const user = await this.users.findOneBy({ id: row.userId });
    return this.issue(user);
  }

  async verified(token) {
    try {
      return await this.jwt.verifyAsync(token, { secret: process.env.AUTH_REFRESH_SECRET });
    } catch {
      throw new UnauthorizedException();
    }
  }

  async issue(user) {
    const id = randomUUID();
    const payload = { sub: user.id, username: user.username };
    const refreshToken = await this.jwt.signAsync(
      { ...payload, jti: id },
      { secret: process.env.AUTH_REFRESH_SECRET, expiresIn: `${REFRESH_DAYS}d` },
    );
    await this.refreshTokens.insert({
      id,
      userId: user.id,
      tokenHash: await bcrypt.hash(digestOf(refreshToken), ROUNDS),
      expiresAt: new Date(Date.now() + REFRESH_DAYS * 86_400_000),
    });
    return { access_token: await this.jwt.signAsync(payload), refresh_token: refreshToken };
  }
}

decorateClass(AuthService, [JwtService, Object, Object]);
Inject(getRepositoryToken(User))(AuthService, undefined, 1);
Inject(getRepositoryToken(RefreshToken))(AuthService, undefined, 2);
