import { createHash } from 'node:crypto';

/** The two things that a client says of itself when it logs in. */
export interface DeviceFacts {
  readonly userAgent: string | null;
  readonly deviceName: string | null;
}

/** A number of a version, of a browser or of the system under it. */
const VERSION = /(?<=[/:]|\b(?:OS|OS X|Android|NT) )\d[\d._]*/g;

/**
 * What a device is known by: the name it gives itself, and its `User-Agent` without the numbers of versions, so that
 * an update makes no other device of it. Anybody can say the same of themselves: it is for telling people, and never
 * for letting anybody in.
 *
 * @returns SHA-256, base64url
 */
export function deviceOf({ userAgent, deviceName }: DeviceFacts): string {
  const kind = userAgent?.replaceAll(VERSION, '') ?? null;
  return createHash('sha256')
    .update(JSON.stringify([kind, deviceName]))
    .digest('base64url');
}
