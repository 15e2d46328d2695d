import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ErrorBody, MeBody, SessionBody, SessionsBody, TokenPairBody } from '../wire.js';

export const ID = '0192f0c1-7c5e-7b6a-9f21-3d1f5a2b4c6d';
export const TIME = '2026-01-01T12:00:00.000Z';

export class LoginModel {
  @ApiProperty({ example: 'ann', minLength: 1, maxLength: 128 })
  username!: string;

  @ApiProperty({ example: 'correct horse battery staple', format: 'password' })
  password!: string;

  @ApiPropertyOptional({ example: 'Pixel 9', maxLength: 128, description: 'Shown in the sessions' })
  device_name?: string;
}

export class RefreshModel {
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiIs…' })
  refresh_token!: string;
}

export class LogoutModel {
  @ApiPropertyOptional({
    description: 'Any genuine refresh token of the session, older ones included',
  })
  refresh_token?: string;
}

export class TokenPairModel implements TokenPairBody {
  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiIs…', description: 'Goes with every request' })
  access_token!: string;

  @ApiProperty({
    enum: ['Bearer', 'DPoP'],
    description: 'DPoP of a session that is bound to a key',
  })
  token_type!: 'Bearer' | 'DPoP';

  @ApiProperty({
    example: 900,
    type: 'integer',
    description: 'Seconds until the access token ends',
  })
  expires_in!: number;

  @ApiProperty({ example: 'eyJhbGciOiJIUzI1NiIs…', description: 'Buys the next pair, once' })
  refresh_token!: string;

  @ApiProperty({ example: 604_800, type: 'integer', description: 'Seconds until it ends' })
  refresh_token_expires_in!: number;

  @ApiProperty({ example: ID, format: 'uuid', description: 'Stays the same for the session' })
  session_id!: string;
}

/** Where a session was opened. */
export class OriginModel {
  @ApiProperty({ example: '203.0.113.7', type: String, nullable: true })
  ip!: string | null;

  @ApiProperty({ example: 'Mozilla/5.0', type: String, nullable: true })
  user_agent!: string | null;

  @ApiProperty({ example: 'Pixel 9', type: String, nullable: true })
  device_name!: string | null;
}

export class SessionModel extends OriginModel implements SessionBody {
  @ApiProperty({ example: ID, format: 'uuid' })
  id!: string;

  @ApiProperty({ description: 'The session that the access token belongs to' })
  current!: boolean;

  @ApiProperty({ example: TIME, format: 'date-time' })
  created_at!: string;

  @ApiProperty({
    example: TIME,
    format: 'date-time',
    description: 'The last refresh; of the current session, now',
  })
  last_used_at!: string;

  @ApiProperty({
    example: TIME,
    format: 'date-time',
    description:
      'The earlier of its two ends; of the current session, as its access token knows it',
  })
  expires_at!: string;
}

export class SessionsModel implements SessionsBody {
  @ApiProperty({ type: [SessionModel] })
  sessions!: SessionModel[];

  @ApiPropertyOptional({ description: 'Asks for the next page; missing on the last one' })
  next_cursor?: string;
}

export class MeModel implements MeBody {
  @ApiProperty({ example: ID })
  id!: string;

  @ApiProperty({ example: 'ann' })
  username!: string;

  @ApiProperty({ example: ID, format: 'uuid' })
  session_id!: string;
}

export class ErrorModel implements ErrorBody {
  @ApiProperty({ example: 'invalid_request', description: 'The stable code' })
  error!: string;

  @ApiProperty({ example: 'Refresh token is missing', description: 'A sentence for people' })
  error_description!: string;

  @ApiPropertyOptional({
    example: 'logout',
    description: 'Why a session was revoked; on a refresh',
  })
  reason?: string;
}
