import { EntitySchema } from 'typeorm';

export class User {}
export class RefreshToken {}

export const UserSchema = new EntitySchema({
  name: 'User',
  target: User,
  tableName: 'users',
  columns: {
    id: { type: Number, primary: true, generated: true },
    username: { type: String, unique: true },
    passwordHash: { type: String },
  },
});

/** A row for each refresh token that was ever issued, as the tutorials have it. */
export const RefreshTokenSchema = new EntitySchema({
  name: 'RefreshToken',
  target: RefreshToken,
  tableName: 'refresh_tokens',
  columns: {
    id: { type: String, primary: true },
    userId: { type: Number },
    tokenHash: { type: String },
    expiresAt: { type: Date },
    revoked: { type: Boolean, default: false },
  },
});
